/** For every call: bounded by its signal alone. */
export interface CallOptions {
  readonly signal: AbortSignal;
}
