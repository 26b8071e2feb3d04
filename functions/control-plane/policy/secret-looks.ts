/** What looks like a secret where nobody said whether it is one. Errs on the side of caution. Takes time in proportion to what is looked at: that
 *  may be as long as a request's body. */
import { Secret } from '../../../shared/config/secret.ts';

/** Words that keys of secrets have in them, whatever product they belong to. */
const SECRET_WORDS =
  /(?:^|[._-])(?:pass|pwd|tokens?|authorization|jaas|(?:api|access|private|secret)[._-]?keys?|user[._-]?info)(?:[._-]|$)/;
/** Those that are in no other word, so that they tell wherever they stand: `dbpassword`, `accesskeysecret`. */
const SECRET_SYLLABLES = /passw(?:or)?d|passphrase|secret|credential|apikey|accesskey|privatekey/;
const CAMEL_HUMP = /(?<=[a-z0-9])(?=[A-Z])/g;
/** What stands before `@`, from the character behind `scheme://` on: `user:password@host`, and `token@host`. */
const USER_INFO = /(?:[^/\s?#@]+|[^/\s:@]*:[^/\s@]+)@/y;
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/;

/** Whether the key's name says so: `sasl.jaas.config`, `clientSecret`. */
export function namesSecret(key: string): boolean {
  const words = key.replace(CAMEL_HUMP, '.').toLowerCase();
  return SECRET_WORDS.test(words) || SECRET_SYLLABLES.test(words);
}

/** Whether the value itself gives it away, under whichever key. */
export function holdsSecret(value: string): boolean {
  return hasUserInfo(value) || PRIVATE_KEY.test(value);
}

/** Not by one pattern: looking for the beginning of a scheme at every character would take the square of the text's length. */
function hasUserInfo(value: string): boolean {
  for (let at = value.indexOf('://'); at >= 0; at = value.indexOf('://', at + 3)) {
    USER_INFO.lastIndex = at + 3;
    if (at > 0 && USER_INFO.test(value)) return true;
  }
  return false;
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
