import { describe, expect, it } from 'vitest';
import { LaterClient } from '../../../../../functions/elasticsearch-sink/client/later-client.ts';
import { reply, ScriptedClient } from '../scripted-client.ts';

describe('LaterClient', () => {
  it('is loaded with the first request, once, and closed with what it loaded', async () => {
    const client = new ScriptedClient(reply(200));
    let loads = 0;
    const later = new LaterClient(async () => {
      loads++;
      return client;
    });
    const ask = () =>
      later.request({ method: 'GET', path: '/', signal: new AbortController().signal, timeoutMs: 1_000 });
    expect(loads).toBe(0);
    expect(await Promise.all([ask(), ask()])).toMatchObject([{ status: 200 }, { status: 200 }]);
    expect(loads).toBe(1);
    await later.close();
    expect(client.isClosed).toBe(true);
  });

  it('loads nothing to be closed', async () => {
    const later = new LaterClient(() => Promise.reject(new Error('loaded')));
    await expect(later.close()).resolves.toBeUndefined();
  });
});
