import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { searchHas, searchServers, type TestedServer, useSearch } from '../../helpers/search.ts';
import { serverOf } from '../../helpers/search-names.ts';

const REPLIES = join(import.meta.dirname, '../../fixtures/replies/search');
/** How the captured replies name the servers. */
const CAPTURED = {
  'elasticsearch-7': 'es717',
  'elasticsearch-8': 'es8',
  'elasticsearch-9': 'es9',
  'opensearch-2': 'os2',
  'opensearch-3': 'os3',
};

interface Item {
  readonly _id: string;
  readonly status: number;
  readonly result?: string;
  readonly error?: unknown;
}
interface BulkReply {
  readonly items: readonly { readonly index: Item }[];
}
interface Captured {
  readonly request: { readonly body: string };
  readonly body: BulkReply;
}

const captured = async (server: TestedServer, name: string): Promise<Captured> =>
  JSON.parse(await readFile(join(REPLIES, `${CAPTURED[serverOf(server)]}-${name}.json`), 'utf8'));

const told = ({ items }: BulkReply) =>
  items.map(({ index: { _id, status, result, error } }) => ({ _id, status, result, error }));

/** `if` of the servers that have it, `when_field` of our plugin. */
const when = (server: TestedServer, value: string) =>
  searchHas(server, 'scripts') ? { if: `ctx.k == '${value}'` } : { when_field: 'k', when_value: value };

describe.each(searchServers)('the shared %s', (server) => {
  const search = useSearch(server);
  let leftBehind = 'none';

  it('is the server that it should be, and answers', async () => {
    const { body } = await search.request('GET', '/');
    expect(body).toMatchObject({ version: { number: search.version } });
    expect(`${search.flavor}-${search.version}`.startsWith(`${serverOf(server)}.`)).toBe(true);
    expect((await search.request('GET', '/_cluster/health')).body).toMatchObject({ number_of_nodes: 1 });
    expect(search.settings['elasticsearch.hosts']).toBe(search.url);
  });

  it('takes documents, counts and shows them', async () => {
    const index = search.index('orders');
    const operation = (id: string) => `{"index":{"_id":"${id}"}}\n{"n":${id}}\n`;
    const { body } = await search.request('POST', `/${index}/_bulk`, operation('2') + operation('1'));
    expect(body).toMatchObject({ errors: false });
    expect(await search.count(index)).toBe(2);
    expect(await search.documents(index)).toEqual([
      { _id: '1', _version: 1, _source: { n: 1 } },
      { _id: '2', _version: 1, _source: { n: 2 } },
    ]);
    leftBehind = index;
  });

  it('has forgotten what the test before made', async () => {
    expect(leftBehind).not.toBe('none');
    expect((await search.request('GET', `/${leftBehind}`)).status).toBe(404);
  });

  it('answers a mapping error as captured', async () => {
    const index = search.index('mapping-error');
    const properties = { n: { type: 'integer' }, d: { type: 'date' } };
    await search.request('PUT', `/${index}`, { mappings: { properties } });
    const { request, body } = await captured(server, 'mapping-error');
    const reply = await search.request('POST', `/${index}/_bulk`, request.body);
    expect(told(reply.body as BulkReply)).toEqual(told(body));
  });
});

describe.each(searchServers.filter((server) => searchHas(server, 'pipelines')))(
  'pipelines of the shared %s',
  (server) => {
    const search = useSearch(server);

    it('answers what a pipeline drops and refuses as captured', async () => {
      const index = search.index('pipelines');
      const fail = { ...when(server, 'fail'), message: 'refused by the pipeline' };
      const processors = [{ drop: when(server, 'drop') }, { fail }, { set: { field: 'seen', value: 'yes' } }];
      expect((await search.request('PUT', `/_ingest/pipeline/${index}`, { processors })).status).toBe(200);
      const { request, body } = await captured(server, 'pipeline-drop-and-fail');
      const reply = await search.request('POST', `/${index}/_bulk?pipeline=${index}`, request.body);
      expect(told(reply.body as BulkReply)).toEqual(told(body));
      expect((await search.documents(index)).map(({ _source }) => _source)).toEqual([
        { k: 'ok', seen: 'yes' },
        { k: 'ok', seen: 'yes' },
      ]);
    });
  },
);
