/** What the service refuses, with the status, code and words it uses.
 *  Source: the service's page "Error responses" and the answers quoted in its SDKs' issue trackers. */
import { element, xmlDocument } from './xml.ts';

/** A refusal on its way to the client. `details` become elements of the XML answer, in order; `headers` go with it. */
export class OssError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    details: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'OssError';
    this.status = status;
    this.code = code;
    this.details = details;
    this.headers = headers;
  }
}

/** Body of an error answer. */
export function errorDocument(error: OssError, requestId: string, hostId: string): Buffer {
  const details = Object.entries(error.details).map(([name, value]) => element(name, value));
  return xmlDocument(
    element('Error', [
      element('Code', error.code),
      element('Message', error.message),
      element('RequestId', requestId),
      element('HostId', hostId),
      ...details,
    ]),
  );
}

/** 404 `NoSuchBucket`. */
export const noSuchBucket = (bucket: string): OssError =>
  new OssError(404, 'NoSuchBucket', 'The specified bucket does not exist.', {
    BucketName: bucket,
    EC: '0015-00000101',
  });

/** 404 `NoSuchKey`. */
export const noSuchKey = (key: string): OssError =>
  new OssError(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key, EC: '0026-00000001' });

/** 403 `AccessDenied`, for many reasons: the message tells which. */
export const accessDenied = (message: string, details: Readonly<Record<string, string>> = {}): OssError =>
  new OssError(403, 'AccessDenied', message, details);

/** 400 `InvalidArgument`. */
export const invalidArgument = (message: string, details: Readonly<Record<string, string>> = {}): OssError =>
  new OssError(400, 'InvalidArgument', message, details);

/** 400 `InvalidObjectName`. */
export const invalidObjectName = (): OssError =>
  new OssError(400, 'InvalidObjectName', 'The specified object is not valid.');

/** 400 `InvalidBucketName`. */
export const invalidBucketName = (bucket: string): OssError =>
  new OssError(400, 'InvalidBucketName', 'The specified bucket is not valid.', { BucketName: bucket });

/** 501 `NotImplemented`: the service knows this, the stand-in does not. `header` names what it was. */
export const notImplemented = (header: string): OssError =>
  new OssError(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented.', {
    Header: header,
  });

/** 405 `MethodNotAllowed`. */
export const methodNotAllowed = (method: string, resource: string): OssError =>
  new OssError(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    Method: method,
    ResourceType: resource,
  });

/** 404 `NoSuchVersion`. */
export const noSuchVersion = (key: string, versionId: string): OssError =>
  new OssError(404, 'NoSuchVersion', 'The specified version does not exist.', { Key: key, VersionId: versionId });

/** 404 `NoSuchUpload`. */
export const noSuchUpload = (uploadId: string): OssError =>
  new OssError(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { UploadId: uploadId, EC: '0042-00000002' },
  );

/** 400 `MissingArgument`. */
export const missingArgument = (details: Readonly<Record<string, string>>): OssError =>
  new OssError(400, 'MissingArgument', 'Missing Some Required Arguments.', details);

/** 400 `MalformedXML`: what a client sent is no XML, or not of the operation's form. */
export const malformedXml = (detail: string): OssError =>
  new OssError(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema.',
    {
      ErrorDetail: detail,
    },
  );

/** 409 `FileAlreadyExists`. */
export const alreadyExists = (): OssError =>
  new OssError(409, 'FileAlreadyExists', 'The object you specified already exists and can not be overwritten.');
