/** What looks like a secret where nobody said whether it is one. Errs on the side of caution. */
import { Secret } from '../../../shared/config/secret.ts';

/** Words that keys of secrets have in them, whatever product they belong to. */
const SECRET_WORDS =
  /(?:^|[._-])(?:pass(?:word|wd|phrase)?|secrets?|tokens?|credentials?|(?:api|access|private|secret)[._-]?keys?|jaas|authorization)(?:[._-]|$)/i;
/** `scheme://user:password@host`. */
const URL_WITH_PASSWORD = /[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/;

/** Whether the key's name says so. */
export function namesSecret(key: string): boolean {
  return SECRET_WORDS.test(key);
}

/** Whether the value itself gives it away, under whichever key. */
export function holdsSecret(value: string): boolean {
  return URL_WITH_PASSWORD.test(value) || PRIVATE_KEY.test(value);
}

/** Whether `value` refers to all that is secret in it, so that it may be stored and shown. */
export function isReferenceOnly(value: string): boolean {
  try {
    return new Secret(value).isByReference;
  } catch {
    // Malformed: nobody knows what stands in it.
    return false;
  }
}
