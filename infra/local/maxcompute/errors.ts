/** What the service refuses, with the codes it uses. Source: the help page "Error codes" of MaxCompute Tunnel and the code that its SDKs
 *  branch on. The service's status of most codes is documented nowhere: SDKs look at the code, and at 308, 412, 429 and 5xx only. */
import { element, xmlDocument } from '../oss/xml.ts';

/** A refusal on its way to the client. */
export class MaxComputeError extends Error {
  override readonly name = 'MaxComputeError';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How long the client is asked to pause, told in the answer of the tunnel. */
  readonly holdClientMs: number | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    options: { readonly headers?: Readonly<Record<string, string>>; readonly holdClientMs?: number } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = options.headers ?? {};
    this.holdClientMs = options.holdClientMs;
  }
}

const HOST_ID = 'localhost';

/** Body of a refusal: the service endpoint speaks XML, the tunnel endpoint JSON. */
export function errorBody(error: MaxComputeError, side: 'service' | 'tunnel', requestId: string): Buffer {
  const { code, message, holdClientMs } = error;
  if (side === 'service') {
    return xmlDocument(
      element('Error', [
        element('Code', code),
        element('Message', message),
        element('RequestId', requestId),
        element('HostId', HOST_ID),
      ]),
    );
  }
  const hold = holdClientMs === undefined ? {} : { HoldClientMillis: holdClientMs };
  return Buffer.from(JSON.stringify({ Code: code, Message: message, RequestId: requestId, HostId: HOST_ID, ...hold }));
}

/** 400 `InvalidArgument`. */
export const invalidArgument = (message: string): MaxComputeError =>
  new MaxComputeError(400, 'InvalidArgument', message);

/** 400 `MalformedDataStream`: what was sent is not a record stream of this table. */
export const malformedStream = (message: string): MaxComputeError =>
  new MaxComputeError(400, 'MalformedDataStream', `The data stream you provided was not well-formed: ${message}`);

/** 401 `Unauthorized`. */
export const unauthorized = (message: string): MaxComputeError => new MaxComputeError(401, 'Unauthorized', message);

/** 404 `NoSuchProject`. */
export const noSuchProject = (project: string): MaxComputeError =>
  new MaxComputeError(404, 'NoSuchProject', `ODPS-0420111: Project not found - '${project}'`);

/** 404: the service calls it `NoSuchObject`, the tunnel `NoSuchTable`. */
export const noSuchTable = (side: 'service' | 'tunnel', table: string): MaxComputeError =>
  new MaxComputeError(
    404,
    side === 'service' ? 'NoSuchObject' : 'NoSuchTable',
    `ODPS-0130131:Table not found - table ${table} cannot be resolved`,
  );

/** 404 `NoSuchPartition`. */
export const noSuchPartition = (): MaxComputeError =>
  new MaxComputeError(404, 'NoSuchPartition', 'The specified partition does not exist.');

/** 409 `StatusConflict`: the session is over. */
export const statusConflict = (message: string): MaxComputeError => new MaxComputeError(409, 'StatusConflict', message);

/** 412 `SchemaModified`, as tables say after an ALTER. */
export const schemaModified = (latest: number): MaxComputeError =>
  new MaxComputeError(412, 'SchemaModified', 'The schema of the table has been modified, please get the latest one.', {
    headers: { 'odps-tunnel-latest-schema-version': String(latest) },
  });

/** 429, for each of the service's quotas. */
export const throttled = (code: 'FlowExceeded' | 'SlotExceeded' | 'QPSExceeded', message: string): MaxComputeError =>
  new MaxComputeError(429, code, message);
