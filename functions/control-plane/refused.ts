/** A request that is answered with an error of HTTP: `message` is for whoever asked, and shows no secret. */
export class Refused extends Error {
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 405 | 406 | 409 | 413 | 415 | 429 | 500 | 503,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'Refused';
  }
}
