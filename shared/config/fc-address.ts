/** Where Function Compute is reached, and what its host names say. Pure.
 *  Source: https://www.alibabacloud.com/help/en/functioncompute/fc/product-overview/endpoints (`<account>.<region>.fc.aliyuncs.com`, and
 *  `<account>.<region>-internal.fc.aliyuncs.com` inside of a region). */

const SERVICE_HOST = /^(\d+)\.([a-z0-9-]+?)(-internal)?\.fc\.aliyuncs\.com$/;

/** The endpoint as a URL; a bare host name means https. `undefined` when it is none, or carries a path, a query or a user. */
export function fcEndpointUrl(text: string): URL | undefined {
  const whole = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(whole)) return undefined;
  const url = new URL(whole);
  const bare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return bare && /^https?:$/.test(url.protocol) && url.hostname !== '' ? url : undefined;
}

/** Keys that say where a function is. */
export interface FcAddressKeys {
  readonly 'fc.endpoint': string | undefined;
  readonly 'fc.region': string | undefined;
  readonly 'fc.account.id': string | undefined;
}

export interface FcAddress {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly accountId: string | undefined;
  readonly region: string | undefined;
  /** The endpoint is that inside of the region. */
  readonly internal: boolean;
}

/** `undefined` when the keys leave open where it is. */
export function fcAddress(keys: FcAddressKeys): FcAddress | undefined {
  const given = keys['fc.endpoint'];
  const url = given === undefined ? undefined : fcEndpointUrl(given);
  const [, hostAccount, hostRegion, internal] = SERVICE_HOST.exec(url?.hostname ?? '') ?? [];
  const accountId = keys['fc.account.id'] ?? hostAccount;
  const region = keys['fc.region'] ?? hostRegion;
  if (url !== undefined) return { origin: url.origin, accountId, region, internal: internal !== undefined };
  if (accountId === undefined || region === undefined) return undefined;
  return { origin: `https://${accountId}.${region}.fc.aliyuncs.com`, accountId, region, internal: false };
}
