/** Takes out of a text what lets others sign as we do. The service's own words may hold it: its answer to a wrong signature shows the whole
 *  string that was to be signed, with key id and security token, encoded twice. */
import type { CloudCredentials } from '../../cloud-credentials.ts';

const REDACTED = '[redacted]';

/** What follows is the request itself. */
const STRING_TO_SIGN = /(string to sign is:?)\s*[\s\S]*$/i;
/** A parameter of a signed request, plain, in an address or encoded. */
const SIGNED_PARAMETER =
  /\b(Signature|SecurityToken|AccessKeyId)((?:=|%3D|%253D)[^&\s"'%]*(?:%(?!26)[0-9A-Fa-f]{2}[^&\s"'%]*)*)/g;

/** `text` without the credentials in any spelling, without signatures, and without a string to sign. */
export function redact(text: string, { accessKeyId, accessKeySecret, securityToken }: CloudCredentials): string {
  const secrets = [accessKeySecret, securityToken, accessKeyId].filter((secret) => secret !== undefined);
  let safe = text.replace(STRING_TO_SIGN, `$1 ${REDACTED}`).replace(SIGNED_PARAMETER, `$1=${REDACTED}`);
  for (const secret of secrets) {
    if (secret === '') continue;
    for (const spelling of spellings(secret)) safe = safe.replaceAll(spelling, REDACTED);
  }
  return safe;
}

/** Longest first: a shorter one may be part of it. */
function spellings(secret: string): string[] {
  const once = encodeURIComponent(secret);
  return [...new Set([encodeURIComponent(once), once, secret])];
}
