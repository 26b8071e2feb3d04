/** The request that carries a batch to a function at a URL. */
import { type EnvelopeOptions, encodeEnvelope } from '../../../shared/envelope/encode.ts';
import type { Buffers } from '../../../shared/envelope/output-buffer.ts';
import type { RecordBatch } from '../../../shared/records.ts';
import type { RenderedRequest } from '../../../shared/rendered-request.ts';

/** Where a function is, and how records look to it. */
export interface HttpCall {
  readonly url: URL;
  /** Value of the `Authorization` header. */
  readonly authorization?: string | undefined;
  readonly envelope: EnvelopeOptions;
}

/** The request for `batch`, but for what HTTP itself adds (`Host`, `Content-Length`, `Connection`). Its body is of `buffers`, where they are
 *  given: to be given back when nobody reads it any more. */
export function httpRequestOf(
  batch: RecordBatch,
  { url, authorization, envelope }: HttpCall,
  buffers?: Buffers,
): RenderedRequest {
  return {
    method: 'POST',
    url: url.href,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: encodeEnvelope(batch, envelope, buffers),
  };
}
