import { describe, expect, it } from 'vitest';
import type { Reply } from '../../../../functions/elasticsearch-sink/client/exchange.ts';
import { Questions } from '../../../../functions/elasticsearch-sink/questions.ts';
import {
  describeServer,
  requestLimit,
  type Server,
  serverName,
} from '../../../../functions/elasticsearch-sink/server.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { errorBody, noAnswer, reply, ScriptedClient } from './scripted-client.ts';

const LOCAL = 'GET /_nodes/_local?filter_path=nodes.*.version';
const LIMITS =
  'GET /_nodes/http,jvm?filter_path=nodes.*.roles,nodes.*.http.max_content_length_in_bytes,nodes.*.jvm.mem.heap_max_in_bytes';
const signal = new AbortController().signal;

function described(answers: Readonly<Record<string, Reply>>): Promise<Server> {
  const client = new ScriptedClient(reply(500));
  for (const [path, answer] of Object.entries(answers)) client.answers.set(path, answer);
  return describeServer(new Questions(client, { signal, timeoutMs: 1_000 }, new ManualClock()));
}
const root = (number: string, more: object = {}, tagline = 'You Know, for Search') => ({
  'GET /': reply(200, { version: { number, ...more }, tagline }),
});
const local = (version: string, headers: Record<string, string> = {}) => ({
  'GET /': reply(405, { error: 'no' }, headers),
  [LOCAL]: reply(200, { nodes: { a: { version } } }),
});

describe('describeServer', () => {
  it.each([
    ['Elasticsearch 7.10.2', root('7.10.2')],
    ['Elasticsearch 9.5.3', root('9.5.3')],
    ['OpenSearch 2.19.4', root('2.19.4', { distribution: 'opensearch' })],
    ['OpenSearch 7.10.2', root('7.10.2', {}, 'The OpenSearch Project: https://opensearch.org/')],
    ['Elasticsearch 8.19.21', local('8.19.21', { 'x-elastic-product': 'Elasticsearch' })],
    ['Elasticsearch 7.10.2', local('7.10.2')],
    ['OpenSearch 2.19.4', local('2.19.4')],
  ])('finds %s', async (name, answers) => {
    expect(serverName(await described(answers))).toBe(name);
  });

  it.each([
    [root('7.9.3'), '7.9.3'],
    [root('6.8.23'), '6.8.23'],
    [{ 'GET /': reply(200, '<html>') }, 'neither Elasticsearch nor OpenSearch'],
    [{ 'GET /': reply(200, { version: 3 }) }, 'neither Elasticsearch nor OpenSearch'],
    [local('7.4.0'), '7.4.0'],
  ])('refuses what it does not write to', async (answers, words) => {
    await expect(described(answers)).rejects.toMatchObject({
      code: 'ELASTICSEARCH_NOT_SUPPORTED',
      message: expect.stringContaining(words),
    });
  });

  it('goes on where this user may not ask', async () => {
    const answers = { 'GET /': reply(403, errorBody('security_exception')), [LOCAL]: reply(403) };
    const server = await described(answers);
    expect(server).toEqual({
      flavour: undefined,
      version: undefined,
      maxContentBytes: undefined,
      heapBytes: undefined,
    });
    expect(serverName(server)).toContain('does not tell');
  });

  it.each([
    [reply(401, errorBody('security_exception')), { code: 'ELASTICSEARCH_CREDENTIALS_REFUSED', mayHeal: true }],
    [reply(503, 'OpenSearch Security not initialized.'), { code: 'ELASTICSEARCH_UNAVAILABLE' }],
    [noAnswer('ECONNREFUSED', false), { code: 'ELASTICSEARCH_UNREACHABLE', trouble: 'unreachable' }],
    [noAnswer('DEPTH_ZERO_SELF_SIGNED_CERT', false), { code: 'ELASTICSEARCH_NOT_TRUSTED' }],
  ])('says of a refusal what the tables say', async (answer, failure) => {
    await expect(described({ 'GET /': answer })).rejects.toMatchObject({
      ...failure,
      message: expect.stringMatching(/^GET \/: (?!bulk)/),
    });
  });

  it('takes the limits of the node that has the least', async () => {
    const node = (content: number, heap: number) => ({
      http: { max_content_length_in_bytes: content },
      jvm: { mem: { heap_max_in_bytes: heap } },
    });
    const nodes = { a: node(100, 2_000), b: node(50, 3_000), c: {} };
    expect(await described({ ...root('8.0.0'), [LIMITS]: reply(200, { nodes }) })).toMatchObject({
      maxContentBytes: 50,
      heapBytes: 2_000,
    });
  });

  it('looks at the heap of nodes that may hold data, where they tell', async () => {
    const node = (heap: number, roles?: readonly string[]) => ({ roles, jvm: { mem: { heap_max_in_bytes: heap } } });
    const heapOf = async (nodes: Readonly<Record<string, unknown>>) =>
      (await described({ ...root('8.0.0'), [LIMITS]: reply(200, { nodes }) })).heapBytes;
    const master = node(256, ['master', 'database']);
    expect(await heapOf({ master, a: node(4_000, ['data', 'ingest']), b: node(3_000, ['data_hot']) })).toBe(3_000);
    expect(await heapOf({ master, a: node(4_000) })).toBe(4_000);
    expect(await heapOf({ master })).toBeUndefined();
  });
});

describe('requestLimit', () => {
  const server = { flavour: undefined, version: undefined, maxContentBytes: undefined, heapBytes: undefined };
  const MIB = 1024 * 1024;

  it('is what is configured, below what the server takes, and well below a tenth of its heap', () => {
    expect(requestLimit(5 * MIB, server)).toBe(5 * MIB);
    expect(requestLimit(500 * MIB, server)).toBe(90 * MIB);
    expect(requestLimit(5 * MIB, { ...server, maxContentBytes: MIB })).toBe(Math.floor(0.9 * MIB));
    expect(requestLimit(50 * MIB, { ...server, heapBytes: 256 * MIB })).toBeLessThan((256 * MIB) / 30);
  });
});
