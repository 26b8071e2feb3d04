/** The sink as a function of its own: configured by environment variables, called with events. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deployedHandler } from '../../../functions/elasticsearch-sink/deployed.ts';
import { EVENT_FORMS } from '../../../shared/test-events/render-event.ts';
import { eventFile } from '../../helpers/event-file.ts';
import { searchServers, useSearch } from '../../helpers/search.ts';

const native = (offset: number, value: string | undefined, key = 'k') => ({
  specversion: '1.0',
  id: `id-${offset}`,
  source: 'acs:alikafka',
  type: 'alikafka:Topic:Message',
  subject: 'acs:alikafka:cn-hangzhou:1:topic:Test',
  data: {
    topic: 'Test',
    partition: 0,
    offset,
    timestamp: 1_603_779_578_478,
    headers: { headers: [], isReadOnly: false },
    key,
    ...(value === undefined ? {} : { value }),
  },
});
const event = (...elements: unknown[]) => Buffer.from(JSON.stringify(elements));

describe.each(searchServers)('the deployed Elasticsearch sink on %s', (server) => {
  const search = useSearch(server);

  function handlerWith(index: string, env: Record<string, string> = {}) {
    const sink = Object.entries(search.settings).map(([key, value]) => [key.toUpperCase().replaceAll('.', '_'), value]);
    return deployedHandler({
      env: { ...Object.fromEntries(sink), ELASTICSEARCH_INDEX: index, LOG_LEVEL: 'silent', ...env },
      readText: () => {
        throw new Error('no files in this test');
      },
      random: Math.random,
    });
  }

  it('writes the envelope of a dispatcher, and answers', async () => {
    const index = search.index('test');
    const envelope =
      '[{"key":"123","offset":4,"overflowFlag":false,"partition":0,"timestamp":1603779578478,"topic":"Test","value":"{\\"n\\":1}","valueSize":7}]';
    expect(await handlerWith(index)(Buffer.from(envelope))).toEqual({ version: 1, all: 'written', count: 1 });
    expect(await search.documents(index)).toMatchObject([{ _id: 'Test+0+4', _source: { n: 1 } }]);
  });

  it('writes the test event of every form, and each document once', async () => {
    const index = search.index('test');
    const handler = handlerWith(index);
    for (const form of EVENT_FORMS) {
      const answer = await handler(await eventFile(form));
      const outcomes = 'outcomes' in answer ? answer.outcomes : [];
      expect([form, ...outcomes.map(({ offset, status }) => `${offset} ${status}`).sort()]).toEqual([
        ...[form, '0 written', '1 written', '2 dropped', '3 written', '4 written'],
      ]);
    }
    const documents = await search.documents(index);
    expect(documents.map(({ _id }) => _id)).toEqual([0, 1, 3, 4].map((offset) => `orders+0+${offset}`));
    expect(documents[0]?._source).toMatchObject({ id: 'order-000001', city: '杭州' });
  });

  it('drops, deletes or reports tombstones as it is told', async () => {
    const index = search.index('test');
    expect(await handlerWith(index)(event(native(1, undefined)))).toMatchObject({
      outcomes: [{ offset: 1, status: 'dropped' }],
    });
    const byKey = handlerWith(index, { ELASTICSEARCH_ID_STRATEGY: 'record-key' });
    await byKey(event(native(2, '{"n":2}')));
    expect(await search.count(index)).toBe(1);
    await byKey(event(native(3, undefined)));
    expect(await search.count(index)).toBe(0);
    const strict = handlerWith(index, { BEHAVIOR_ON_NULL_VALUES: 'error-topic' });
    await expect(strict(event(native(4, undefined)))).rejects.toMatchObject({ code: 'NULL_VALUE' });
  });

  it('fails the invocation of a native trigger for a record that is errant and has no error topic', async () => {
    await expect(handlerWith(search.index('test'))(event(native(7, 'no json')))).rejects.toMatchObject({
      name: 'RecordError',
      code: 'VALUE_NOT_JSON',
    });
  });

  it('stops in time, answers a dispatcher with what is left, and fails the invocation of a native trigger', async () => {
    const hanging = createServer(() => undefined);
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      hanging.closeAllConnections();
      hanging.close();
    });
    const { port } = hanging.address() as AddressInfo;
    const handler = handlerWith('test', { ELASTICSEARCH_HOSTS: `http://127.0.0.1:${port}` });
    const startedAt = Date.now();
    const context = { function: { timeout: 3 } };
    const envelope = [
      { topic: 'Test', partition: 0, offset: 4, timestamp: 1, overflowFlag: false, value: '1', valueSize: 1 },
    ];
    expect(await handler(Buffer.from(JSON.stringify(envelope)), context)).toMatchObject({
      outcomes: [{ offset: 4, status: 'retry' }],
    });
    await expect(handler(event(native(7, '{"n":7}')), context)).rejects.toMatchObject({ name: 'RetriableError' });
    expect(Date.now() - startedAt).toBeLessThan(6_000);
  });

  it('names every problem of its environment', () => {
    expect(() => handlerWith('UPPER', { ELASTICSEARCH_WRITE_MODE: 'replace', ELASTICSEARCH_HOSTS: 'nowhere' })).toThrow(
      expect.objectContaining({
        problems: expect.arrayContaining([
          expect.objectContaining({ key: 'elasticsearch.hosts' }),
          expect.objectContaining({ key: 'elasticsearch.write.mode' }),
        ]),
      }),
    );
  });
});
