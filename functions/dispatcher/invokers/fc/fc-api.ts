/** How one generation of Function Compute's API is spoken to. */
import type { CloudCredentials } from '../../../../shared/cloud-credentials.ts';
import type { RenderedRequest } from '../../../../shared/rendered-request.ts';

/** One call of the function. */
export interface FcCall {
  readonly mode: 'sync' | 'async';
  readonly logTail: boolean;
  /** Of an asynchronous call; `asyncTaskId`. */
  readonly taskId: string | undefined;
}

/** A request before it is signed. Names of headers are in lower case. */
export interface FcRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Requests for one function. Those that are signed are to be sent at once: a signature holds for some minutes. */
export interface FcApi {
  /** The call without what a signature adds. */
  invocation(call: FcCall): FcRequest;
  urlOf(request: FcRequest): string;
  invoke(call: FcCall, body: Buffer, credentials: CloudCredentials): RenderedRequest | Promise<RenderedRequest>;
  /** Its settings. */
  getFunction(credentials: CloudCredentials): RenderedRequest | Promise<RenderedRequest>;
  /** What becomes of its asynchronous calls. */
  getAsyncConfig(credentials: CloudCredentials): RenderedRequest | Promise<RenderedRequest>;
}
