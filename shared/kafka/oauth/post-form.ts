/** POSTs a form over HTTP. */
import { request } from 'undici';

export interface FormAnswer {
  readonly status: number;
  readonly text: string;
}

/** Rejects when there is no whole answer; any status is an answer. */
export type PostForm = (
  url: string,
  headers: Readonly<Record<string, string>>,
  form: Readonly<Record<string, string>>,
) => Promise<FormAnswer>;

const TIMEOUT_MS = 10_000;
/** Tokens are a few KB. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** Redirects are answers too: credentials are not sent on to another place. */
export const postForm: PostForm = async (url, headers, form) => {
  const { statusCode, body } = await request(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams(form).toString(),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += (piece as Buffer).length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    pieces.push(piece as Buffer);
  }
  return { status: statusCode, text: Buffer.concat(pieces).toString('utf8') };
};
