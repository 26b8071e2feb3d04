/** What the service refuses, with the status, code and words it uses. Source: its page "Error codes". Codes that this page does not have are
 *  marked; clients should go by the status of those. */

/** The two generations of the interface; they differ in paths and in how an error looks. */
export type ApiVersion = '2.0' | '3.0';

/** A refusal on its way to the client. */
export class FcError extends Error {
  override readonly name = 'FcError';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** Body of an error answer. */
export function errorBody({ code, message }: FcError, api: ApiVersion, requestId: string): Buffer {
  const fields =
    api === '2.0' ? { ErrorCode: code, ErrorMessage: message } : { Code: code, Message: message, RequestId: requestId };
  return Buffer.from(JSON.stringify(fields));
}

export const invalidArgument = (message: string): FcError => new FcError(400, 'InvalidArgument', message);

export const missingHeader = (name: string): FcError =>
  new FcError(400, 'MissingRequiredHeader', `required HTTP header ${name} was not specified`);

export const pathNotSupported = (method: string, path: string): FcError =>
  new FcError(400, 'PathNotSupported', `'${path}' against '${method}' is not supported`);

export const entityTooLarge = (maxBytes: number): FcError =>
  new FcError(400, 'EntityTooLarge', `payload size exceeds maximum allowed size (${maxBytes} bytes)`);

export const accessDenied = (message: string): FcError => new FcError(403, 'AccessDenied', message);

export const invalidAccessKey = (accessKeyId: string): FcError =>
  new FcError(403, 'InvalidAccessKeyID', `invalid access key ID '${accessKeyId}'`);

export const signatureMismatch = (): FcError =>
  new FcError(
    403,
    'SignatureNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your access key and signing method',
  );

/** Code not documented. */
export const timeTooSkewed = (given: string, now: number): FcError =>
  new FcError(
    403,
    'RequestTimeTooSkewed',
    `The request time ${JSON.stringify(given)} is more than 15 minutes from the server's ${new Date(now).toISOString()}`,
  );

/** Code not documented. */
export const invalidToken = (message: string): FcError => new FcError(403, 'InvalidSecurityToken', message);

/** Code of the vendor's gateway; not documented for this service. */
export const invalidAction = (action: string): FcError =>
  new FcError(404, 'InvalidAction.NotFound', `the action '${action}' is not that of the address`);

/** Code of the vendor's gateway; not documented for this service. */
export const invalidVersion = (version: string): FcError =>
  new FcError(400, 'InvalidVersion', `the version '${version}' is not that of the address`);

export const serviceNotFound = (service: string): FcError =>
  new FcError(404, 'ServiceNotFound', `service '${service}' does not exist`);

export const functionNotFound = (name: string, service?: string): FcError =>
  new FcError(
    404,
    'FunctionNotFound',
    service === undefined
      ? `function '${name}' does not exist`
      : `function '${name}' does not exist in service '${service}'`,
  );

/** A version is a number, an alias a name. */
export function qualifierNotFound(qualifier: string, owner: string): FcError {
  const kind = /^\d+$/.test(qualifier) ? 'version' : 'alias';
  const code = kind === 'version' ? 'VersionNotFound' : 'AliasNotFound';
  return new FcError(404, code, `${kind} '${qualifier}' of ${owner} does not exist`);
}

/** Code not documented. */
export const asyncConfigNotFound = (name: string): FcError =>
  new FcError(404, 'AsyncConfigNotExists', `async config of function '${name}' does not exist`);

export const taskExists = (taskId: string): FcError =>
  new FcError(409, 'StatefulAsyncInvocationAlreadyExists', `the stateful async invocation '${taskId}' already exists`);

export const throttled = (): FcError => new FcError(429, 'ResourceThrottled', 'Reserve resource exceeded limit');

/** Code not documented. */
export const internalError = (): FcError =>
  new FcError(500, 'InternalServerError', 'an internal error has occurred. Please retry.');
