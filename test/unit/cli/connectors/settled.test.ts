import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ConnectApi } from '../../../../cli/api/connect-api.ts';
import type { ConnectorStatus } from '../../../../cli/api/connect-shapes.ts';
import { settled } from '../../../../cli/connectors/settled.ts';

/** Of which every status is the one given. */
function apiOf(connector: string, ...tasks: readonly { readonly state: string; readonly trace?: string }[]) {
  const status: ConnectorStatus = {
    name: 'orders',
    connector: { state: connector, worker_id: 'w:1' },
    tasks: tasks.map((task, id) => ({ id, worker_id: 'w:1', ...task })),
  };
  return { status: async () => status } as Pick<ConnectApi, 'status'> as ConnectApi;
}

const wait = (api: ConnectApi, timeout = 30) => settled(api, 'orders', 'RUNNING', { wait: true, timeout });

describe('settled', () => {
  it('tells of the tasks once all are so', async () => {
    expect(await wait(apiOf('RUNNING', { state: 'RUNNING' }))).toBe(', tasks: 1 running');
  });

  it('is refused by one that failed, with its reason', async () => {
    const failed = { state: 'FAILED', trace: 'no bucket\n  at x' };
    await expect(wait(apiOf('RUNNING', { state: 'RUNNING' }, failed))).rejects.toMatchObject({
      code: 'API_REFUSED',
      message: 'failed: no bucket',
    });
  });

  it('says what keeps it from it when the time is over', async () => {
    const api = apiOf('RUNNING', { state: 'RESTARTING', trace: 'no such topic' });
    const thrown = await wait(api, 0).catch((error: Error) => stripVTControlCharacters(error.message));
    expect(thrown).toBe(
      'not RUNNING after 0 s (RUNNING, tasks: 1 restarting: no such topic); go on looking: spillway connectors status orders --watch',
    );
  });
});
