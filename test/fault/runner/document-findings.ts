/** Everything that lies in an index of the search server, read back. */
import type { Finding } from './findings.ts';
import type { SearchTarget } from './world.ts';

/** The server's own limit of a page. */
const PAGE = 10_000;

interface Page {
  readonly _scroll_id: string;
  readonly hits: { readonly hits: readonly { readonly _id: string; readonly _source: unknown }[] };
}

/** Documents of an index by id, each as the compact JSON text that it was sent as. None where there is no such index. */
export async function documentsOf({ request }: SearchTarget, index: string): Promise<Map<string, string>> {
  const documents = new Map<string, string>();
  const { status } = await request('POST', `/${index}/_refresh`);
  if (status === 404) return documents;
  const first = { size: PAGE, sort: ['_doc'] };
  let { body } = await request('POST', `/${index}/_search?scroll=1m`, first);
  for (;;) {
    const { _scroll_id: scroll, hits } = body as Page;
    for (const { _id, _source } of hits.hits) documents.set(_id, JSON.stringify(_source));
    if (hits.hits.length < PAGE) {
      await request('DELETE', '/_search/scroll/_all');
      return documents;
    }
    ({ body } = await request('POST', '/_search/scroll', { scroll: '1m', scroll_id: scroll }));
  }
}

/** Every record in an index whose ids are `topic+partition+offset`. The target holds neither keys nor times. */
export async function* documentFindings(target: SearchTarget, index: string): AsyncGenerator<Finding> {
  for (const [id, text] of await documentsOf(target, index)) {
    const [topic = '', partition, offset] = id.split('+');
    yield {
      where: 'target',
      place: `${index}/${id}`,
      at: 0,
      topic,
      partition: Number(partition),
      offset: Number(offset),
      key: undefined,
      value: Buffer.from(text),
      timestamp: undefined,
    };
  }
}
