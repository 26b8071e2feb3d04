/** What a call is refused with. */

/** A refusal on its way to the client. */
export class AlikafkaError extends Error {
  override readonly name = 'AlikafkaError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Who refuses: the gateway before all services of the vendor, or the service. Their answers differ in form. */
    readonly by: 'gateway' | 'service',
  ) {
    super(message);
  }
}

/** Of the gateway. Source: its page of common error codes. */
export const gatewayError = (status: number, code: string, message: string): AlikafkaError =>
  new AlikafkaError(status, code, message, 'gateway');

/** Of the service. Its page of error codes has them with status 400; the codes for what is refused here are guesses, for which of the many is
 *  answered when is documented nowhere. */
export const serviceError = (code: string, message: string): AlikafkaError =>
  new AlikafkaError(400, code, message, 'service');

/** The gateway's words for a parameter that is not there. */
export const missingParameter = (name: string): AlikafkaError =>
  gatewayError(400, `Missing${name}`, `${name} is mandatory for this action.`);
