/** What the user's function does instead of its work. */
export type FunctionFault =
  /** Answers with this status and does nothing. 500 is the function's own failure, 429 and 503 are the platform's. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** Takes the records and never answers. */
  | { readonly kind: 'hang' }
  /** Takes the records, then closes the connection instead of answering. */
  | { readonly kind: 'reply-lost' }
  /** Takes the records, then sends the half of its answer. */
  | { readonly kind: 'half-reply' }
  /** Takes the first half of the batch, then its process dies. */
  | { readonly kind: 'die-in-batch' };
