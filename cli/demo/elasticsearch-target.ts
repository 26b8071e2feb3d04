/** The demo's documents in a search server on this machine, or in one of your own. */
import pc from 'picocolors';
import { startSearch } from '../../infra/local/search/start-search.ts';
import { demoRecords, misfits } from './orders.ts';
import { askSearch } from './search-questions.ts';
import type { DemoNames, DemoTarget } from './target.ts';

/** With the order without a key that `demoRecords` adds. */
const DOCUMENTS = 10_000;
const MISFITS = 5;
/** One of the odd records: too large for any request. */
const INVOKE_MAX_BYTES = 65_536;
/** A tombstone, which is dropped; one too large and one that is not UTF-8, which are errant. */
const DROPPED = 1;
const ERRANT = 2;

export async function elasticsearchTarget({ topic, partitions }: DemoNames): Promise<DemoTarget> {
  const given = process.env['SPILLWAY_SEARCH_HOSTS'];
  const isGiven = given !== undefined && given !== '';
  const local = isGiven ? undefined : await startSearch({ server: 'elasticsearch-8' });
  const url = local?.url ?? given ?? '';
  const now = Date.now();
  return {
    place: isGiven
      ? `search server: yours at ${url} (SPILLWAY_SEARCH_HOSTS)`
      : `a real Elasticsearch ${local?.version} at ${url}`,
    oddities: `4 of them odd (tombstone, no key, oversize, not UTF-8), ${MISFITS} with a text where the others have a number`,
    records: [
      ...demoRecords(DOCUMENTS - 1, partitions, INVOKE_MAX_BYTES + 1_000, now),
      ...misfits(MISFITS, partitions, now),
    ],
    keys: {
      'connector.class': 'elasticsearch-sink',
      'invoke.max.bytes': String(INVOKE_MAX_BYTES),
      'batch.bytes': String(INVOKE_MAX_BYTES),
      'elasticsearch.hosts': url,
      'elasticsearch.index': topic,
    },
    inspect: async ({ dropped, inErrorTopic }) => {
      await askSearch(url, `/${topic}/_refresh`);
      const { count } = (await askSearch(url, `/${topic}/_count`)) as { count: number };
      const { hits } = (await askSearch(url, `/${topic}/_search?size=3&sort=_doc`)) as {
        hits: { hits: readonly object[] };
      };
      const text = [
        `Three documents as ${url}/${topic}/_search gives them:`,
        ...hits.hits.map((hit) => pc.dim(`  ${JSON.stringify(hit)}`)),
      ].join('\n');
      const isRight = count === DOCUMENTS && dropped === DROPPED && inErrorTopic === ERRANT + MISFITS;
      return { columns: [['documents (_count)', count]], text, isRight };
    },
    close: async () => await local?.stop(),
  };
}
