/** A call of the OpenAPI that did not do what was asked, in the service's words. Nothing in it can sign a request. */

/** Stands for the service's code where what answered is not the service, or the answer is not of its form. */
export const NOT_AN_ANSWER = 'not-an-answer';

export interface OpenApiFailureFacts {
  readonly action: string;
  /** Of HTTP; 0 where there was no answer, or it is not known. */
  readonly status: number;
  /** The service's, or `NOT_AN_ANSWER`; '' where the network failed. */
  readonly code: string;
  /** Redacted. */
  readonly text: string;
  readonly requestId?: string | undefined;
  /** Of Node.js or TLS; `TIMEOUT` where no answer came in time. */
  readonly networkCode?: string | undefined;
}

export class OpenApiFailure extends Error {
  override readonly name = 'OpenApiFailure';
  readonly status: number;
  readonly code: string;
  readonly networkCode: string | undefined;

  constructor({ action, status, code, text, requestId, networkCode }: OpenApiFailureFacts) {
    const what = networkCode === undefined ? `${code === NOT_AN_ANSWER ? '' : `${code}: `}${text}` : text;
    const of = requestId === undefined ? '' : ` (request ${requestId})`;
    super(`${action} of ApsaraMQ for Kafka failed: ${what}${of}`);
    this.status = status;
    this.code = code;
    this.networkCode = networkCode;
  }
}
