/** Where the bucket is reached, from `oss.endpoint` and `oss.region`: one of the two is enough for Alibaba Cloud's own names. */

/** Host names of the service: `oss-cn-hangzhou.aliyuncs.com`, `oss-cn-hangzhou-internal.aliyuncs.com`.
 *  Source: https://www.alibabacloud.com/help/en/oss/user-guide/regions-and-endpoints */
const SERVICE_HOST = /^oss-([a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com$/;

export const REGION_EXPECTED = 'a region id such as cn-hangzhou';

/** Region id without the `oss-` that some write before it. */
export function regionId(text: string): string {
  return text.replace(/^oss-/, '');
}

/** `undefined` for a region id, else what was expected. */
export function regionComplaint(text: string): string | undefined {
  return /^[a-z0-9]+(?:-[a-z0-9]+)+$/.test(regionId(text)) ? undefined : REGION_EXPECTED;
}

/** The endpoint as a URL; a bare host name means https. `undefined` when it is none, or carries a path, a query or a user. */
export function endpointUrl(text: string): URL | undefined {
  const whole = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(whole)) return undefined;
  const url = new URL(whole);
  const bare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return bare && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** Region that an endpoint of the service names, else `undefined`. */
export function regionOfEndpoint(url: URL): string | undefined {
  return SERVICE_HOST.exec(url.hostname)?.[1];
}

export interface OssAddress {
  readonly endpoint: URL;
  /** Without `oss-`; part of the signature. */
  readonly region: string;
}

/** Address from keys that passed the configuration's checks; `undefined` when they leave it open. */
export function ossAddress(endpoint: string | undefined, region: string | undefined): OssAddress | undefined {
  const url = endpoint === undefined ? undefined : endpointUrl(endpoint);
  const id = region === undefined ? url && regionOfEndpoint(url) : regionId(region);
  if (id === undefined) return undefined;
  return { endpoint: url ?? new URL(`https://oss-${id}.aliyuncs.com`), region: id };
}
