/** A preview as data for a program. */
import { shown } from '../../../shared/shown-bytes.ts';
import type { Preview } from './preview.ts';

/** One object, JSON-able.
 *  @param headBytes how much of each body
 *  @param envelopeBytes an envelope that is longer is left out, and `envelopeSize` says how long it is */
export function previewData(
  connector: string,
  { records, batches }: Preview,
  headBytes: number,
  envelopeBytes = Number.POSITIVE_INFINITY,
) {
  return {
    connector,
    records: records.map(({ record, envelope, ...fate }) => ({
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      timestamp: record.timestamp,
      keySize: record.key?.length ?? null,
      valueSize: record.value?.length ?? null,
      ...fate,
      ...envelopeData(envelope, envelopeBytes),
    })),
    batches: batches.map(({ requests, ...batch }) => ({
      ...batch,
      requests: requests.map(({ body, ...request }) => ({ ...request, body: shown(body, headBytes) })),
    })),
  };
}

function envelopeData(
  envelope: string | undefined,
  maxBytes: number,
): { readonly envelope?: unknown; readonly envelopeSize?: number } {
  if (envelope === undefined) return {};
  const bytes = Buffer.byteLength(envelope);
  return bytes > maxBytes ? { envelopeSize: bytes } : { envelope: JSON.parse(envelope) as unknown };
}
