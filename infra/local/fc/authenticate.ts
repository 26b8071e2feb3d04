/** Who sent a request, and is it signed as the service demands. */
import { timingSafeEqual } from 'node:crypto';
import { parseHttpTime } from '../oss/request-time.ts';
import {
  type ApiVersion,
  accessDenied,
  FcError,
  invalidAccessKey,
  invalidAction,
  invalidToken,
  invalidVersion,
  missingHeader,
  signatureMismatch,
  timeTooSkewed,
} from './errors.ts';
import type { FcCredential } from './function-definition.ts';
import type { NonceMemory } from './nonce-memory.ts';
import type { FcRequest, ReadBody } from './request.ts';
import type { OperationName } from './route.ts';
import { ACS3, canonicalRequest, parseAcs3, signAcs3 } from './sign-acs3.ts';
import { signFc1, stringToSignFc1 } from './sign-fc1.ts';

/** A request under examination. */
export interface SignatureCheck {
  readonly credentials: readonly FcCredential[];
  readonly accountId: string;
  readonly api: ApiVersion;
  /** What its address asks for. */
  readonly operation: OperationName;
  readonly nonces: NonceMemory;
  /** Epoch ms. */
  readonly now: number;
}

/** What ACS3 calls the operations. */
const ACTIONS: Readonly<Record<OperationName, string>> = {
  invoke: 'InvokeFunction',
  get: 'GetFunction',
  'get-async': 'GetAsyncInvokeConfig',
};
const VERSION_3 = '2023-03-30';
const MAX_SKEW_MS = 15 * 60_000;
/** An ISO 8601 time in UTC, to the second. */
const ISO_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

function required({ headers }: FcRequest, name: string): string {
  const value = headers.get(name);
  if (value === undefined || value === '') throw missingHeader(name);
  return value;
}

/** `time` is epoch ms; NaN where `given` is none. */
function checkTime(given: string, time: number, now: number): void {
  if (!(Math.abs(now - time) <= MAX_SKEW_MS)) throw timeTooSkewed(given, now);
}

function credentialOf(accessKeyId: string, { credentials }: SignatureCheck): FcCredential {
  const found = credentials.find((each) => each.accessKeyId === accessKeyId);
  if (found === undefined) throw invalidAccessKey(accessKeyId);
  return found;
}

function checkToken(given: string | undefined, { accessKeyId, securityToken }: FcCredential): void {
  if (given === securityToken) return;
  if (securityToken === undefined) throw invalidToken(`access key ID '${accessKeyId}' has no security token`);
  throw invalidToken(`the security token is missing or does not belong to access key ID '${accessKeyId}'`);
}

function isSame(expected: string, given: string): boolean {
  const [ours, theirs] = [Buffer.from(expected), Buffer.from(given)];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

function checkFc1(request: FcRequest, body: ReadBody, check: SignatureCheck): void {
  const [, accessKeyId = '', signature = ''] = /^FC ([^:]+):(.+)$/.exec(required(request, 'authorization')) ?? [];
  const date = required(request, 'date');
  checkTime(date, parseHttpTime(date), check.now);
  const credential = credentialOf(accessKeyId, check);
  const expected = signFc1(credential.accessKeySecret, stringToSignFc1(request));
  if (!isSame(expected, signature)) throw signatureMismatch();
  checkToken(request.headers.get('x-fc-security-token'), credential);
  const digest = request.headers.get('content-md5');
  // @alicloud/fc2 sends the hex text in base64, others the bytes.
  const digests = [Buffer.from(body.md5), Buffer.from(body.md5, 'hex')].map((each) => each.toString('base64'));
  if (digest !== undefined && !digests.includes(digest)) {
    throw new FcError(400, 'InvalidArgument', 'Content-MD5 is not that of the body');
  }
}

function mustBeSigned(name: string): boolean {
  return name === 'host' || name === 'content-type' || name.startsWith('x-acs-');
}

function checkAction(action: string, version: string, { operation }: SignatureCheck): void {
  if (version !== VERSION_3) throw invalidVersion(version);
  if (action !== ACTIONS[operation]) throw invalidAction(action);
}

function checkAcs3(request: FcRequest, body: ReadBody, check: SignatureCheck): void {
  const { headers } = request;
  const authorization = parseAcs3(required(request, 'authorization'));
  if (authorization === undefined) throw signatureMismatch();
  const { accessKeyId, signedHeaders, signature } = authorization;
  const date = required(request, 'x-acs-date');
  checkTime(date, ISO_SECONDS.test(date) ? Date.parse(date) : Number.NaN, check.now);
  const nonce = required(request, 'x-acs-signature-nonce');
  const action = required(request, 'x-acs-action');
  const version = required(request, 'x-acs-version');
  const unsigned = [...headers.keys()].filter((name) => mustBeSigned(name) && !signedHeaders.includes(name));
  const isSorted = signedHeaders.every((name, i) => i === 0 || name > (signedHeaders[i - 1] ?? ''));
  if (unsigned.length > 0 || !isSorted || !signedHeaders.every((name) => headers.has(name))) throw signatureMismatch();
  if (required(request, 'x-acs-content-sha256') !== body.sha256) throw signatureMismatch();
  const credential = credentialOf(accessKeyId, check);
  const canonical = canonicalRequest(request, signedHeaders, body.sha256);
  if (!isSame(signAcs3(credential.accessKeySecret, canonical), signature)) throw signatureMismatch();
  checkToken(headers.get('x-acs-security-token'), credential);
  // Clients of 2.0 that sign so name actions of another list.
  if (check.api === '3.0') checkAction(action, version, check);
  if (!check.nonces.isNew(nonce)) {
    throw new FcError(400, 'SignatureNonceUsed', `the nonce ${nonce} was used before: sign every request anew`);
  }
}

/** Checks a request's signature, of either kind. The 3.0 interface takes ACS3 only.
 *  @throws FcError when it is missing, malformed, out of its time, or wrong */
export function authenticate(request: FcRequest, body: ReadBody, check: SignatureCheck): void {
  const authorization = required(request, 'authorization');
  if (authorization.startsWith(`${ACS3} `)) checkAcs3(request, body, check);
  else if (check.api === '2.0') checkFc1(request, body, check);
  else throw signatureMismatch();
  const account = request.headers.get('x-fc-account-id');
  if (account !== undefined && account !== check.accountId) {
    throw accessDenied(`the resource doesn't belong to account ${account}`);
  }
}
