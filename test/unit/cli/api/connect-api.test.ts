import { MockAgent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiClient } from '../../../../cli/api/api-client.ts';
import { ConnectApi } from '../../../../cli/api/connect-api.ts';
import { SpillwayApi } from '../../../../cli/api/spillway-api.ts';

const BASE = 'http://worker.test:8083';
const agents: MockAgent[] = [];

afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.close();
});

/** A client whose API answers anything so, and what it was asked. */
function clientOf(answer: unknown) {
  const agent = new MockAgent();
  agents.push(agent);
  agent.disableNetConnect();
  const asked: string[] = [];
  agent
    .get(BASE)
    .intercept({ path: () => true, method: () => true })
    .reply(200, ({ method, path, body }) => {
      asked.push(`${method} ${path}${body === undefined || body === null ? '' : ` ${body}`}`);
      return answer === undefined ? '' : JSON.stringify(answer);
    })
    .persist();
  return { client: new ApiClient({ baseUrl: BASE, timeoutMs: 1_000 }, agent), asked };
}

const INFO = { name: 'a b', config: {}, tasks: [], type: 'sink' };
const NAME = 'a/b c';

describe('ConnectApi', () => {
  it.each<[(api: ConnectApi) => Promise<unknown>, unknown, string]>([
    [(api) => api.connectors(), {}, 'GET /connectors?expand=info&expand=status'],
    [(api) => api.config(NAME), {}, 'GET /connectors/a%2Fb%20c/config'],
    [(api) => api.create(NAME, { k: 'v' }, 'RUNNING'), INFO, 'POST /connectors {"name":"a/b c","config":{"k":"v"}}'],
    [
      (api) => api.create(NAME, {}, 'STOPPED'),
      INFO,
      'POST /connectors {"name":"a/b c","config":{},"initial_state":"STOPPED"}',
    ],
    [(api) => api.patch(NAME, { k: null }), INFO, 'PATCH /connectors/a%2Fb%20c/config {"k":null}'],
    [(api) => api.act(NAME, 'pause'), undefined, 'PUT /connectors/a%2Fb%20c/pause'],
    [
      (api) => api.restart(NAME, true, false),
      undefined,
      'POST /connectors/a%2Fb%20c/restart?includeTasks=true&onlyFailed=false',
    ],
    [(api) => api.remove(NAME, { cleanGroup: true }), undefined, 'DELETE /connectors/a%2Fb%20c?cleanGroup=true'],
    [
      (api) => api.alterOffsets(NAME, [{ topic: 't', partition: 1, offset: null }]),
      { message: 'done' },
      'PATCH /connectors/a%2Fb%20c/offsets {"offsets":[{"partition":{"kafka_topic":"t","kafka_partition":1},"offset":null}]}',
    ],
    [
      (api) => api.setLogger('root', 'DEBUG', 'cluster'),
      undefined,
      'PUT /admin/loggers/root?scope=cluster {"level":"DEBUG"}',
    ],
  ])('%s', async (call, answer, expected) => {
    const { client, asked } = clientOf(answer);
    await call(new ConnectApi(client));
    expect(asked).toEqual([expected]);
  });

  it('keeps fields that it does not know', async () => {
    const { client } = clientOf({ ...INFO, newer: 1 });
    expect(await new ConnectApi(client).info('a b')).toEqual({ ...INFO, newer: 1 });
  });

  it('names the field by which an answer is none of Connect', async () => {
    const { client } = clientOf({ name: 'x', connector: { state: 3, worker_id: 'w' }, tasks: [] });
    await expect(new ConnectApi(client).status('x')).rejects.toMatchObject({
      code: 'API_FOREIGN',
      message: expect.stringContaining('connector.state'),
    });
  });

  it('has no topics of a connector that the answer does not name', async () => {
    const { client } = clientOf({ other: { topics: ['t'] } });
    expect(await new ConnectApi(client).topics('x')).toEqual([]);
  });
});

describe('SpillwayApi', () => {
  it('asks the API to wait as long as the caller does, and no longer than there is time', async () => {
    const { client, asked } = clientOf({ topic: 't', partition: 0, offset: 5, outcome: 'written', message: 'm' });
    const api = new SpillwayApi(client);
    await api.test(NAME, { key: 'k' }, 300);
    await api.test(NAME, {}, 3_000);
    await api.testAt(NAME, { topic: 't', partition: 0, offset: 5 }, 0);
    expect(asked).toEqual([
      'POST /spillway/connectors/a%2Fb%20c/test {"key":"k","timeoutMs":300}',
      'POST /spillway/connectors/a%2Fb%20c/test {"timeoutMs":500}',
      'GET /spillway/connectors/a%2Fb%20c/test?topic=t&partition=0&offset=5&timeoutMs=0',
    ]);
  });

  it('tells a rehearsal from a redrive', async () => {
    const redrive = { id: 'i', worker: 'w', state: 'running', startedAt: 1, progress: { done: 0, total: 2, sent: 0 } };
    const { client, asked } = clientOf({ dryRun: false, redrive });
    expect(await new SpillwayApi(client).redrive('x', { all: true }, 10)).toEqual({ dryRun: false, redrive });
    expect(asked).toEqual(['POST /spillway/connectors/x/redrives {"all":true,"waitMs":10}']);
  });
});
