/** The value of an overflowed record where it was stored before the record was sent (claim check). */
import { Agent, request } from 'undici';
import { RetriableError, toError } from '../../shared/errors.ts';
import { VALUE_DIGEST, valueDigest } from '../../shared/value-digest.ts';

/** What came of looking for a stored value. */
export type StoredValue = { readonly value: Buffer } | { readonly gone: string };

const SERVICE_DOMAIN = '.aliyuncs.com';
const TIMEOUT_MS = 30_000;
/** Room for what a service says when it refuses. */
const MOST_REFUSAL_BYTES = 64 * 1024;
/** Deleted, expired, or not for us: no later try brings it back. */
const GONE = new Set([400, 403, 404, 410]);

/** Fetches what `valueRef` leads to, if that is at OSS or at `ownHost`: the event comes from outside, and this function may stand in a
 *  network that its sender cannot reach.
 *  @throws RetriableError `STORED_VALUE_UNREACHABLE` when it may come later. Never shows the reference: it is signed */
export async function fetchStoredValue(
  valueRef: string,
  size: number,
  ownHost: string | undefined,
): Promise<StoredValue> {
  const url = URL.canParse(valueRef) ? new URL(valueRef) : undefined;
  const host = url?.hostname ?? '';
  const isOwn = ownHost !== undefined && (host === ownHost || host.endsWith(`.${ownHost}`));
  const isKnown = host.endsWith(SERVICE_DOMAIN) || isOwn;
  if (url === undefined || !isKnown || !/^https?:$/.test(url.protocol)) {
    return { gone: `its valueRef is no http URL of *${SERVICE_DOMAIN} or of overflow.claim.check.endpoint` };
  }
  const agent = new Agent({
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    maxResponseSize: Math.max(size, MOST_REFUSAL_BYTES),
  });
  try {
    const reply = await request(url, { dispatcher: agent });
    const { statusCode, headers } = reply;
    const value = Buffer.from(await reply.body.arrayBuffer());
    if (GONE.has(statusCode)) return { gone: `the stored value cannot be read any more: HTTP ${statusCode}` };
    if (statusCode !== 200) throw unreachable(host, `HTTP ${statusCode}`);
    const digest = headers[`x-oss-meta-${VALUE_DIGEST}`];
    const isOther = typeof digest === 'string' && digest !== valueDigest(value);
    return value.length !== size || isOther ? { gone: 'what is stored there is another value' } : { value };
  } catch (thrown) {
    if (thrown instanceof RetriableError) throw thrown;
    const error = toError(thrown);
    if ('code' in error && error.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
      return { gone: 'what is stored there is another value' };
    }
    throw unreachable(host, error.message, error);
  } finally {
    await agent.destroy();
  }
}

function unreachable(host: string, why: string, cause?: Error): RetriableError {
  return new RetriableError('STORED_VALUE_UNREACHABLE', `no answer of ${host} about a stored value: ${why}`, { cause });
}
