/** Addresses of nodes, as `elasticsearch.hosts` lists them. */

export const HOST_EXPECTED =
  'an address such as https://es-cn-example.elasticsearch.aliyuncs.com:9200, with a path where a proxy wants one';

/** The node's address: http or https, perhaps with a path; `undefined` when it is none, or carries a user, a query or a fragment. */
export function hostUrl(text: string): URL | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '' ? url : undefined;
}
