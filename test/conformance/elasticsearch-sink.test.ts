/** Real servers behind a proxy that can be told to fail, and that asks for a password: those of these runs ask for none. */
import { type ElasticsearchConfig, elasticsearchSink } from '../../functions/elasticsearch-sink/config.ts';
import { createElasticsearchWriter } from '../../functions/elasticsearch-sink/handler.ts';
import { systemClock } from '../../shared/clock.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import { secretResolver } from '../../shared/config/secret-resolver.ts';
import { silentLogger } from '../../shared/logger.ts';
import type { SinkWriter } from '../../shared/sink.ts';
import { type HttpFaultProxy, startHttpFaultProxy } from '../helpers/http-fault-proxy.ts';
import { searchServers, useSearch } from '../helpers/search.ts';
import { waitFor } from '../helpers/wait-for.ts';
import {
  type ConformanceHarness,
  type ConformanceTarget,
  describeSinkConformance,
  type StoredRecord,
} from './describe-sink-conformance.ts';

const USER = { name: 'sink', password: 'secret-of-the-test' };
const BULK = '/_bulk';
const BY_US: Readonly<Record<string, string>> = {
  'elasticsearch.index.create': 'sink',
  'elasticsearch.index.mappings': '{"properties":{"n":{"type":"integer"}}}',
};

const secrets = secretResolver({}, () => {
  throw new Error('no files in this test');
});

interface Document {
  readonly kafka: { readonly offset: number; readonly key?: string | null };
  readonly [field: string]: unknown;
}

function recordOf(source: unknown): StoredRecord {
  const { kafka, ...value } = source as Document;
  return { offset: kafka.offset, key: kafka.key ?? null, value: JSON.stringify(value), overflowed: false };
}

type Search = ReturnType<typeof useSearch>;

function targetOf(search: Search, proxy: HttpFaultProxy, mode: string): ConformanceTarget {
  const index = search.index('orders');
  const writers: SinkWriter[] = [];
  const writer = (extra: Readonly<Record<string, string>> = {}, creation = BY_US) => {
    const { config } = parseConfig(elasticsearchSink.keys, elasticsearchSink.checks, {
      'elasticsearch.hosts': proxy.url,
      'elasticsearch.username': USER.name,
      'elasticsearch.password': USER.password,
      'elasticsearch.index': index,
      'elasticsearch.write.mode': mode,
      'elasticsearch.include.metadata': 'offset,key',
      ...creation,
      ...extra,
    });
    const made = createElasticsearchWriter(config as ElasticsearchConfig, {
      clock: systemClock,
      secrets,
      logger: silentLogger,
    });
    writers.push(made);
    return made;
  };
  return {
    writer: writer(),
    stored: async () => {
      const { status } = await search.request('HEAD', `/${index}`);
      return status === 404 ? [] : (await search.documents(index)).map(({ _source }) => recordOf(_source));
    },
    throttleNext: (retryAfterMs) =>
      proxy.order(BULK, {
        kind: 'status',
        status: 429,
        headers: { 'retry-after': String(retryAfterMs / 1_000) },
        body: 'Too Many Requests',
      }),
    loseNextReply: () => proxy.order(BULK, { kind: 'drop-after-write' }),
    hangNext: () => {
      const before = proxy.faults;
      proxy.order(BULK, { kind: 'hang' });
      return async () => {
        await waitFor(() => proxy.faults > before, { what: 'the proxy to hold the request' });
      };
    },
    withBadCredentials: () => writer({ 'elasticsearch.password': 'not-secret-of-the-test' }),
    withMissingTarget: () =>
      writer({ 'elasticsearch.index': `${index}-missing` }, { 'elasticsearch.index.create': 'never' }),
    storeValue: async () => 'https://values.example/1',
    close: async () => {
      for (const each of writers) await each.close();
      await proxy.close();
    },
  };
}

function harnessOf(search: Search, mode: string): ConformanceHarness {
  return {
    open: async () => targetOf(search, await startHttpFaultProxy({ target: search.url, user: USER }), mode),
    valueWith: (text) => JSON.stringify({ text }),
    // The dispatcher drops tombstones before, by default.
    fates: { tombstone: 'errant', emptyValue: 'errant', overflowed: 'errant', claimCheck: 'errant' },
    fullBatch: 1_000,
    partlyRefused: {
      records: [
        { offset: 0, key: 'a', value: '{"n":1}' },
        { offset: 1, value: '{"n":"no number"}' },
        { offset: 2, value: '{"n":' },
        { offset: 3, value: '{"n":2,"m":{"k":[true]}}' },
        { offset: 4, value: 'plain text' },
        { offset: 7, value: '{"n":3}' },
      ],
      refused: [1, 2, 4],
    },
  };
}

for (const server of searchServers) {
  const search = useSearch(server);
  for (const mode of ['index', 'create'])
    describeSinkConformance(`elasticsearch-sink, ${mode}, on ${server},`, harnessOf(search, mode));
}
