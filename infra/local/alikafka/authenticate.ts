/** Who sent a call, is it signed as the gateway demands, and may they do it. Two signatures are in use: RPC 1.0 (pop-core, and newer clients by
 *  choice) and `ACS3-HMAC-SHA256` (newer clients). */
import { timingSafeEqual } from 'node:crypto';
import type { NonceMemory } from '../fc/nonce-memory.ts';
import { ACS3, canonicalRequest, parseAcs3, signAcs3 } from '../fc/sign-acs3.ts';
import type { ApiCall } from './api-call.ts';
import { gatewayError, missingParameter } from './errors.ts';
import { signRpc, stringToSignRpc } from './sign-rpc.ts';

/** A key pair that may sign. With a `securityToken` it is a temporary one, and calls must carry the token. */
export interface AlikafkaCredential {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
  /** What RAM allows, such as `alikafka:CreateTopic`; everything, when absent. */
  readonly allowed?: readonly string[];
}

/** A call under examination. */
export interface SignatureCheck {
  readonly credentials: readonly AlikafkaCredential[];
  readonly nonces: NonceMemory;
  /** Epoch ms. */
  readonly now: number;
}

const MAX_SKEW_MS = 15 * 60_000;
const ISO_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** The credential that signed the call.
 *  @throws AlikafkaError when it is not signed, not by one of the credentials, wrongly, too late, or a second time */
export function authenticate(call: ApiCall, check: SignatureCheck): AlikafkaCredential {
  const authorization = call.headers.get('authorization');
  return authorization === undefined ? checkRpc(call, check) : checkAcs3(call, authorization, check);
}

function checkRpc(call: ApiCall, check: SignatureCheck): AlikafkaCredential {
  const { parameters, method } = call;
  const given = (name: string) => {
    const value = parameters.get(name);
    if (value === undefined || value === '') throw missingParameter(name);
    return value;
  };
  const credential = credentialOf(given('AccessKeyId'), check);
  if (given('SignatureMethod') !== 'HMAC-SHA1' || given('SignatureVersion') !== '1.0') {
    throw gatewayError(400, 'InvalidSignatureMethod', 'Only HMAC-SHA1 of version 1.0 is accepted.');
  }
  checkTime(given('Timestamp'), check.now);
  const text = stringToSignRpc(method, parameters);
  if (!isSame(signRpc(credential.accessKeySecret, text), given('Signature'))) throw mismatch(text);
  checkToken(parameters.get('SecurityToken'), credential);
  checkNonce(given('SignatureNonce'), check);
  return credential;
}

function checkAcs3(call: ApiCall, authorization: string, check: SignatureCheck): AlikafkaCredential {
  const { method, path, query, headers, bodySha256 } = call;
  const given = (name: string) => {
    const value = headers.get(name);
    if (value === undefined || value === '') throw missingParameter(name);
    return value;
  };
  const parsed = parseAcs3(authorization);
  if (parsed === undefined) throw gatewayError(400, 'IncompleteSignature', `Authorization is no ${ACS3} one.`);
  const credential = credentialOf(parsed.accessKeyId, check);
  checkTime(given('x-acs-date'), check.now);
  if (given('x-acs-content-sha256') !== bodySha256) {
    throw gatewayError(400, 'InvalidContentSha256', 'x-acs-content-sha256 is not that of the body.');
  }
  const mustBeSigned = [...headers.keys()].filter((name) => name === 'host' || name.startsWith('x-acs-'));
  const unsigned = mustBeSigned.filter((name) => !parsed.signedHeaders.includes(name));
  if (unsigned.length > 0) throw gatewayError(400, 'IncompleteSignature', `Not signed: ${unsigned.join(', ')}.`);
  const canonical = canonicalRequest({ method, path, rawPath: path, query, headers }, parsed.signedHeaders, bodySha256);
  if (!isSame(signAcs3(credential.accessKeySecret, canonical), parsed.signature)) throw mismatch(canonical);
  checkToken(headers.get('x-acs-security-token'), credential);
  checkNonce(given('x-acs-signature-nonce'), check);
  return credential;
}

function credentialOf(accessKeyId: string, { credentials }: SignatureCheck): AlikafkaCredential {
  const found = credentials.find((each) => each.accessKeyId === accessKeyId);
  if (found === undefined) throw gatewayError(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');
  return found;
}

function checkTime(given: string, now: number): void {
  if (!ISO_SECONDS.test(given)) {
    throw gatewayError(400, 'InvalidTimeStamp.Format', 'Specified time stamp or date value is not well formatted.');
  }
  if (Math.abs(now - Date.parse(given)) <= MAX_SKEW_MS) return;
  throw gatewayError(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');
}

function checkToken(given: string | undefined, { securityToken }: AlikafkaCredential): void {
  if (given === securityToken) return;
  if (given === undefined)
    throw gatewayError(400, 'MissingSecurityToken', 'SecurityToken is mandatory for this action.');
  throw gatewayError(
    400,
    'InvalidSecurityToken.MismatchWithAccessKey',
    'Specified SecurityToken mismatch with the AccessKey.',
  );
}

function checkNonce(nonce: string, { nonces }: SignatureCheck): void {
  if (!nonces.isNew(nonce))
    throw gatewayError(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.');
}

/** The gateway shows what it signed: key id and token stand in it. */
function mismatch(text: string) {
  const message = `Specified signature is not matched with our calculation. server string to sign is:${text}`;
  return gatewayError(400, 'SignatureDoesNotMatch', message);
}

function isSame(expected: string, given: string): boolean {
  const [ours, theirs] = [Buffer.from(expected), Buffer.from(given)];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}
