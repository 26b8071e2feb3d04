/** The sink as a function of its own: configured by environment variables, called with events. */
import { describe, expect, it } from 'vitest';
import { deployedHandler } from '../../../functions/maxcompute-sink/deployed.ts';
import { EVENT_FORMS } from '../../../shared/test-events/render-event.ts';
import { eventFile } from '../../helpers/event-file.ts';
import { type StartedMaxCompute, setupMaxCompute } from '../../helpers/maxcompute.ts';

const native = (offset: number, value: string | undefined, timestamp = 1_603_779_578_478) => ({
  specversion: '1.0',
  id: `id-${offset}`,
  source: 'acs:alikafka',
  type: 'alikafka:Topic:Message',
  subject: 'acs:alikafka:cn-hangzhou:1:topic:Test',
  data: {
    topic: 'Test',
    partition: 0,
    offset,
    timestamp,
    headers: { headers: [], isReadOnly: false },
    key: 'k',
    ...(value === undefined ? {} : { value }),
  },
});
const event = (...elements: unknown[]) => Buffer.from(JSON.stringify(elements));

function handlerOf({ settings }: StartedMaxCompute, env: Record<string, string | undefined> = {}) {
  const own = Object.entries(settings).map(([key, value]) => [key.toUpperCase().replaceAll('.', '_'), value]);
  const host = {
    env: { ...Object.fromEntries(own), LOG_LEVEL: 'silent', ...env },
    readText: () => {
      throw new Error('no files in this test');
    },
    random: Math.random,
  };
  const role = {
    accessKeyId: settings['maxcompute.access.id'] ?? '',
    accessKeySecret: settings['maxcompute.access.key'] ?? '',
  };
  return deployedHandler(host, () => role);
}

describe('the deployed MaxCompute sink', () => {
  it('writes the envelope of a dispatcher, and answers', async () => {
    const setup = await setupMaxCompute();
    const envelope =
      '[{"key":"123","offset":4,"overflowFlag":false,"partition":0,"timestamp":1603779578478,"topic":"Test","value":"1","valueSize":1}]';
    expect(await handlerOf(setup)(Buffer.from(envelope))).toEqual({ version: 1, all: 'written', count: 1 });
    expect(setup.server.rows('orders')).toMatchObject([{ topic: 'Test', offset: '4', key: '123', value: '1' }]);
  });

  it.each(EVENT_FORMS)('writes the test event %s.json', async (form) => {
    const setup = await setupMaxCompute();
    expect(await handlerOf(setup)(await eventFile(form))).toEqual({ version: 1, all: 'written', count: 5 });
    const rows = setup.server.rows('orders');
    expect(rows.map(({ offset }) => offset)).toEqual(['0', '1', '2', '3', '4']);
    expect(rows.map(({ key }) => key ?? null)).toEqual([
      'order-000001',
      null,
      'order-000001',
      'order-000002',
      'order-000003',
    ]);
    expect(rows[2]?.['value'] ?? null).toBeNull();
  });

  it('writes events of the native trigger, each record into its partition, with the credentials of its role', async () => {
    const setup = await setupMaxCompute();
    const handler = handlerOf(setup, { MAXCOMPUTE_ACCESS_ID: undefined, MAXCOMPUTE_ACCESS_KEY: undefined });
    const hour = 3_600_000;
    const elements = [native(7, 'a'), native(8, 'b', 1_603_779_578_478 + hour), native(9, undefined)];
    expect(await handler(event(...elements))).toEqual({ version: 1, all: 'written', count: 3 });
    expect(setup.server.rows('orders', 'pt=10-27-2020 14').map(({ offset }) => offset)).toEqual(['7', '9']);
    expect(setup.server.rows('orders', 'pt=10-27-2020 15').map(({ offset }) => offset)).toEqual(['8']);
  });

  it('answers what is errant, and what is to come again while the rest is written', async () => {
    const setup = await setupMaxCompute({ columns: '(`offset` BIGINT, n BIGINT) PARTITIONED BY (pt STRING)' });
    const env = { MAXCOMPUTE_FORMAT: 'FLATTEN', MAXCOMPUTE_MODE: 'VALUE', INVOCATION_SOURCE: 'dispatcher' };
    const handler = handlerOf(setup, env);
    setup.server.setFault({ kind: 'status', status: 503, code: 'ServiceUnavailable', operation: 'upload.block' });
    const records = [
      [1, '{"n":1}', 0],
      [2, '{"n":"x"}', 3_600_000],
      [3, '{"n":3}', 3_600_000],
    ] as const;
    const envelope = records.map(([offset, value, after]) => native(offset, value, 1_603_779_578_478 + after).data);
    expect(await handler(event(...envelope))).toMatchObject({
      outcomes: [
        { offset: 1, status: 'retry', code: 'MAXCOMPUTE_UNAVAILABLE' },
        { offset: 2, status: 'errant', code: 'MAXCOMPUTE_BAD_VALUE', message: expect.stringContaining('column n') },
        { offset: 3, status: 'written' },
      ],
    });
    expect(setup.server.rows('orders').map(({ n }) => n)).toEqual(['3']);
  });

  it('names every problem of its environment', async () => {
    const setup = await setupMaxCompute();
    expect(() => handlerOf(setup, { MAXCOMPUTE_FORMAT: 'CSV', MAXCOMPUTE_ENDPOINT: 'ftp://x' })).toThrow(
      expect.objectContaining({
        problems: expect.arrayContaining([
          expect.objectContaining({ key: 'maxcompute.endpoint' }),
          expect.objectContaining({ key: 'maxcompute.mode' }),
        ]),
      }),
    );
  });
});
