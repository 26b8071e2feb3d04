/** Looks at a bucket as the sink would use it. Nothing is written unless that is asked for. */
import { request } from 'undici';
import { FatalError, RecordError, RetriableError, toError } from '../../shared/errors.ts';
import type { OssDeps } from './create.ts';
import { type CredentialKeys, credentialSource } from './credentials.ts';
import { ossAddress } from './endpoint.ts';
import { OssClient } from './oss-client.ts';
import { defaultUploadCheck } from './upload-check.ts';

/** Where to look; the keys of the sink and those of claim checks both give it. */
export interface OssProbeTarget extends CredentialKeys {
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly bucket: string;
  /** Name of an object that is not there, below the sink's prefix: it is asked for, and written where that is asked for. */
  readonly objectName: string;
}

/** What came of one request. `message` says what was wrong and, after the last `; `, what to do. */
export type OssProbeStep<T = undefined> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface OssProbe {
  readonly endpoint: string;
  readonly region: string;
  /** A request without credentials: how far this clock is ahead of the service's, in ms; `undefined` when it does not tell.
   *  When it failed, the steps after it are absent. */
  readonly reached: OssProbeStep<number | undefined>;
  /** State of versioning: '' where it never was on, `undefined` where it may not be asked. */
  readonly versioning?: OssProbeStep<string | undefined>;
  /** HEAD of `objectName`; an object that is not there is fine. */
  readonly read?: OssProbeStep;
  /** Whether the credentials are temporary ones; `undefined` when there are none. */
  readonly temporary?: boolean | undefined;
  /** Put of an empty object, where `write` asked for it and the bucket keeps no versions (it would keep this one). */
  readonly write?: OssProbeStep;
  /** Its deletion. */
  readonly cleanUp?: OssProbeStep;
}

export interface OssProbeOptions {
  /** Bounds all of it. */
  readonly signal: AbortSignal;
  readonly write: boolean;
}

/** Asks for the bucket's versioning and for an object, with the sink's own client and credentials.
 *  Never throws for what the service, the network or the credentials do.
 *  @throws Error when neither endpoint nor region is given, which the configuration's checks refuse */
export async function probeOss(target: OssProbeTarget, deps: OssDeps, options: OssProbeOptions): Promise<OssProbe> {
  const address = ossAddress(target.endpoint, target.region);
  if (address === undefined) throw new Error('the configuration was not checked: no endpoint and no region');
  const source = credentialSource(target, deps.secrets, deps.role);
  const uploadCheck = defaultUploadCheck(address.endpoint);
  const store = new OssClient({ address, bucket: target.bucket, uploadCheck, credentials: source, clock: deps.clock });
  const { signal } = options;
  const where = { endpoint: address.endpoint.origin, region: address.region };
  try {
    const reached = await step(() => clockAheadMs(address.endpoint, deps, signal));
    if (!reached.ok) return { ...where, reached: explainUnreached(reached, where.endpoint) };
    const versioning = await step(() => store.versioning({ signal }));
    const read = await step(async () => void (await store.head(target.objectName, { signal })));
    const credentials = await step(async () => source());
    const temporary = credentials.ok ? credentials.value.securityToken !== undefined : undefined;
    const looked = { ...where, reached, versioning, read, temporary };
    const mayWrite = options.write && read.ok && versioning.ok && versioning.value === '';
    if (!mayWrite) return looked;
    const object = { name: target.objectName, body: Buffer.alloc(0), contentType: 'text/plain', metadata: {} };
    const write = await step(async () => void (await store.put(object, { signal })));
    if (!write.ok) return { ...looked, write };
    return {
      ...looked,
      write,
      cleanUp: await step(() => store.delete(target.objectName, { signal }).then(() => undefined)),
    };
  } finally {
    await store.close();
  }
}

async function step<T>(work: () => Promise<T>): Promise<OssProbeStep<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (thrown) {
    const known = thrown instanceof FatalError || thrown instanceof RetriableError || thrown instanceof RecordError;
    const error = toError(thrown);
    return { ok: false, code: known ? thrown.code : networkCode(error), message: error.message };
  }
}

/** The answer to a request without credentials is a refusal, and carries the service's clock in whole seconds. */
async function clockAheadMs(endpoint: URL, { clock }: OssDeps, signal: AbortSignal): Promise<number | undefined> {
  const before = clock.now();
  const { headers, body } = await request(endpoint, { method: 'GET', signal });
  const after = clock.now();
  await body.dump();
  if (headers['x-oss-request-id'] === undefined) {
    throw new FatalError(
      'OSS_ANSWER_DOUBTFUL',
      'what answers there is not OSS (no x-oss-request-id); check oss.endpoint and any proxy on the way',
    );
  }
  const serverMs = Date.parse(String(headers['date']));
  if (Number.isNaN(serverMs)) return undefined;
  // The header's time lies anywhere within its second.
  return Math.round((before + after) / 2) - (serverMs + 500);
}

function networkCode(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}

/** The network's own word, such as ECONNREFUSED, as a sentence. */
function explainUnreached(
  failed: Extract<OssProbeStep, { ok: false }>,
  endpoint: string,
): Extract<OssProbeStep, { ok: false }> {
  if (failed.code.startsWith('OSS_')) return failed;
  const untrusted = /CERT|SSL|TLS|SIGNATURE/.test(failed.code);
  const advice = untrusted
    ? 'check oss.endpoint (http:// or https://), its certificate, and the clock of this machine'
    : 'check oss.endpoint and the way there (name, firewall, proxy, internal endpoint outside of its region)';
  return { ok: false, code: failed.code, message: `${endpoint} cannot be reached (${failed.code}); ${advice}` };
}
