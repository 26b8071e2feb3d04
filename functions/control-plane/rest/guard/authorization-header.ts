/** What stands in an `Authorization` header. Sources: RFC 7617 (Basic), RFC 6750 (Bearer). */

export type Credentials =
  | { readonly scheme: 'bearer'; readonly token: string }
  | { readonly scheme: 'basic'; readonly user: string; readonly password: string };

/** Longer ones are no credentials of ours; looking at them would cost time. */
const MOST_CHARACTERS = 1024;

/** `undefined` when it is neither of the two, or malformed. */
export function readAuthorization(header: string): Credentials | undefined {
  const [, scheme = '', value = ''] = /^(bearer|basic) +([\w.~+/=-]+)$/i.exec(header.trim()) ?? [];
  if (value === '' || value.length > MOST_CHARACTERS) return undefined;
  if (scheme.toLowerCase() === 'bearer') return { scheme: 'bearer', token: value };
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  return { scheme: 'basic', user: text.slice(0, colon), password: text.slice(colon + 1) };
}
