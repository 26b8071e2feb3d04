/** A request to a target as it would go over the wire: what a sink hands to its HTTP client. */
export interface RenderedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty when there is none. */
  readonly body: Buffer;
}
