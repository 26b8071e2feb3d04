/** Addresses of the service and of the tunnel. */

export const SERVICE_URL_EXPECTED =
  'an http or https address with its path, such as https://service.cn-hangzhou.maxcompute.aliyun.com/api, without query or user';
export const TUNNEL_URL_EXPECTED =
  'an http or https address such as https://dt.cn-hangzhou.maxcompute.aliyun.com, without query or user';

/** The address as a URL; a bare host name means https. `undefined` when it is none, or carries a query, a fragment or a user. */
export function serviceUrl(text: string): URL | undefined {
  const whole = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(whole)) return undefined;
  const url = new URL(whole);
  const isBare = url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return isBare && /^https?:$/.test(url.protocol) ? url : undefined;
}
