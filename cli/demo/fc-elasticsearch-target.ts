/** The demo's documents, written by the Elasticsearch sink as it is deployed: a built bundle in a Function Compute on this machine. */
import pc from 'picocolors';
import { startSearch } from '../../infra/local/search/start-search.ts';
import { builtFunction, startFunction } from './function-compute.ts';
import { demoRecords, misfits } from './orders.ts';
import { askSearch } from './search-questions.ts';
import { sentRecords } from './sent-records.ts';
import type { DemoNames, DemoTarget } from './target.ts';

const ORDERS = 3_000;
const MISFITS = 5;
const INVOKE_MAX_BYTES = 262_144;
/** A tombstone, which is dropped; one too large and one that is not UTF-8, which are errant. */
const DROPPED = 1;
const ERRANT = 2 + MISFITS;
/** More than there are. */
const MOST_DOCUMENTS = 10_000;
const SHOWN = 2;

interface Hit {
  readonly _id: string;
  readonly _source: unknown;
}

export async function fcElasticsearchTarget({ topic, folder, partitions }: DemoNames): Promise<DemoTarget> {
  const given = process.env['SPILLWAY_SEARCH_HOSTS'];
  const local = given === undefined || given === '' ? await startSearch({ server: 'elasticsearch-8' }) : undefined;
  const url = local?.url ?? given ?? '';
  const environmentVariables = { ELASTICSEARCH_HOSTS: url, ELASTICSEARCH_INDEX: topic };
  const fn = await startFunction(
    {
      name: 'spillway-elasticsearch-sink',
      code: await builtFunction('elasticsearch-sink', folder),
      environmentVariables,
    },
    folder,
  );
  const now = Date.now();
  const records = [
    ...demoRecords(ORDERS, partitions, INVOKE_MAX_BYTES + 1_000, now),
    ...misfits(MISFITS, partitions, now),
  ];
  return {
    place: `${fn.place}; search server at ${url}`,
    oddities: `4 of them odd (tombstone, no key, oversize, not UTF-8), ${MISFITS} with a text where the others have a number`,
    records,
    keys: {
      ...fn.keys,
      'connector.class': 'elasticsearch-sink',
      'invoke.max.bytes': String(INVOKE_MAX_BYTES),
      'batch.bytes': String(INVOKE_MAX_BYTES / 2),
      'elasticsearch.hosts': url,
      'elasticsearch.index': topic,
    },
    inspect: async ({ written, dropped, inErrorTopic }) => {
      await askSearch(url, `/${topic}/_refresh`);
      const found = await askSearch(url, `/${topic}/_search?size=${MOST_DOCUMENTS}`);
      const { hits } = (found as { readonly hits: { readonly hits: readonly Hit[] } }).hits;
      const byId = new Map([...sentRecords(records)].map(([place, { value }]) => [idOf(topic, place), value]));
      const asSent = hits.filter(({ _id, _source }) => JSON.stringify(_source) === byId.get(_id)?.toString()).length;
      const text = [
        `Two documents as ${url}/${topic}/_search gives them:`,
        ...hits.slice(0, SHOWN).map((hit) => pc.dim(`  ${JSON.stringify(hit)}`)),
        `${asSent} documents are what was sent.`,
      ].join('\n');
      const isRight = asSent === written && hits.length === written && dropped === DROPPED && inErrorTopic === ERRANT;
      return {
        columns: [
          ['calls', fn.calls().length],
          ['documents', hits.length],
        ],
        text,
        isRight,
      };
    },
    close: async () => {
      await fn.close();
      await local?.stop();
    },
  };
}

/** The sink's own id of a record: topic, partition and offset. */
const idOf = (topic: string, place: string) => `${topic}+${place.replace('/', '+')}`;
