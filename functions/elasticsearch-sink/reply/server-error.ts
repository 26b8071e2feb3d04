/** What a server says of a failure, in the form that it has in items and in refused requests. */

export interface ServerCause {
  /** `mapper_parsing_exception`, ...; '' where a proxy or a router wrote the text. */
  readonly type: string;
  readonly reason: string;
}

export interface ServerError extends ServerCause {
  /** From the outer one to the inner one; at most `MAX_CAUSES`. */
  readonly causes: readonly ServerCause[];
}

const MAX_CAUSES = 3;
/** Reasons may hold whole identifiers, and lists of them. */
const MAX_CHARACTERS = 1_000;
/** What is looked at of a text; a proxy may send a page. */
const READ_CHARACTERS = 64 * 1024;

/** An excerpt of the request, as Elasticsearch 7.10 gives it: HTTP headers with credentials, and other records. Up to the last end of one,
 *  since the content may look like an end itself; where it has none, up to the end of the text. */
const SOURCE_EXCERPT = /\[Source: [\s\S]*; line: (\d+), column: (\d+)\]|\[Source: [\s\S]*/g;

/** Reads the `error` of an item or of a reply; `undefined` when it says nothing. */
export function readServerError(error: unknown): ServerError | undefined {
  if (typeof error === 'string' && error !== '') return { type: '', reason: error, causes: [] };
  if (!isObject(error)) return undefined;
  const causes: ServerCause[] = [];
  for (let cause = error['caused_by']; isObject(cause) && causes.length < MAX_CAUSES; cause = cause['caused_by']) {
    causes.push(readCause(cause));
  }
  return { ...readCause(error), causes };
}

/** The server's words, on one line and of bounded length, without excerpts of the request. */
export function describeServerError(error: ServerError): string {
  let text = describeCause(error);
  for (const cause of error.causes) {
    const reason = tidy(cause.reason);
    if (reason === '' || !text.includes(reason)) text += `; caused by ${describeCause(cause)}`;
  }
  return bounded(text);
}

/** One line, of bounded length. */
export function boundedLine(text: string): string {
  return bounded(tidy(text));
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readCause(error: Readonly<Record<string, unknown>>): ServerCause {
  const { type, reason } = error;
  return { type: typeof type === 'string' ? type : '', reason: typeof reason === 'string' ? reason : '' };
}

function describeCause({ type, reason }: ServerCause): string {
  return [type, tidy(reason)].filter((part) => part !== '').join(': ');
}

function tidy(text: string): string {
  return text
    .slice(0, READ_CHARACTERS)
    .replace(SOURCE_EXCERPT, (_, line?: string, column?: string) =>
      line === undefined ? '' : `[line ${line}, column ${column}]`,
    )
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

function bounded(text: string): string {
  if (text.length <= MAX_CHARACTERS) return text;
  // No half of a surrogate pair at the end.
  return `${text.slice(0, MAX_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
