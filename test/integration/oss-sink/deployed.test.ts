/** The sink as a function of its own: configured by environment variables, called with events. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployedHandler } from '../../../functions/oss-sink/deployed.ts';
import type { SinkHandler } from '../../../shared/sink-handler.ts';
import { EVENT_FORMS } from '../../../shared/test-events/render-event.ts';
import { eventFile } from '../../helpers/event-file.ts';
import { BUCKET, type OssSetup, setupOss } from './oss-setup.ts';

let oss: OssSetup;
beforeEach(async () => {
  oss = await setupOss();
});
afterEach(() => oss.close());

const ROLE = { accessKeyId: 'LTAI5tOfTheTest', accessKeySecret: 'secret-of-the-test' };

function handlerWith(env: Record<string, string> = {}): SinkHandler {
  const all = {
    OSS_ENDPOINT: oss.server.endpoint,
    OSS_REGION: oss.server.region,
    OSS_BUCKET: BUCKET,
    LOG_LEVEL: 'silent',
    ...env,
  };
  return deployedHandler(
    all,
    () => {
      throw new Error('no files in this test');
    },
    () => ROLE,
    Math.random,
  );
}

const ENVELOPE =
  '[{"key":"123","offset":4,"overflowFlag":false,"partition":0,"timestamp":1603779578478,"topic":"Test","value":"1","valueSize":1}]';
const native = (offset: number, value: string) => ({
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
    key: 'k',
    value,
  },
});

describe('the deployed sink', () => {
  it('writes the envelope of a dispatcher byte for byte', async () => {
    expect(await handlerWith()(Buffer.from(ENVELOPE))).toEqual({ version: 1, all: 'written', count: 1 });
    const [object] = await oss.objects();
    expect([object?.name, object?.body.toString()]).toEqual(['Test/0/00000000000000000004.json', ENVELOPE]);
  });

  it.each(EVENT_FORMS)('writes the test event %s.json, and once when it comes again', async (form) => {
    const handler = handlerWith();
    for (const _ of [1, 2]) {
      expect(await handler(await eventFile(form))).toEqual({ version: 1, all: 'written', count: 5 });
    }
    const objects = await oss.objects();
    expect(objects.map(({ name }) => name)).toEqual([`orders/0/${'0'.repeat(20)}.json`]);
    expect(JSON.parse(objects[0]?.body.toString() ?? '')).toEqual(JSON.parse(String(await eventFile('envelope'))));
  });

  it('writes the events of the native trigger, with keys from secret variables', async () => {
    const handler = handlerWith({
      OSS_ACCESS_KEY_ID: ROLE.accessKeyId,
      OSS_ACCESS_KEY_SECRET: ROLE.accessKeySecret,
      OSS_FORMAT: 'raw',
    });
    const event = [native(7, 'one'), native(8, 'two')];
    expect(await handler(Buffer.from(JSON.stringify(event)))).toEqual({ version: 1, all: 'written', count: 2 });
    expect((await oss.objects()).map(({ body }) => body.toString())).toEqual(['one\ntwo\n']);
  });

  it('fails the invocation of a native trigger when nothing was written, so that it comes again', async () => {
    const handler = handlerWith();
    oss.server.setFault({ kind: 'status', status: 503, code: 'SlowDown', method: 'PUT' });
    await expect(handler(Buffer.from(JSON.stringify([native(7, 'one')])))).rejects.toMatchObject({
      name: 'RetriableError',
      code: 'OSS_THROTTLED',
    });
  });

  it('answers a dispatcher with what is fatal', async () => {
    expect(await handlerWith({ OSS_BUCKET: 'no-such-bucket' })(Buffer.from(ENVELOPE))).toMatchObject({
      version: 1,
      fatal: { code: 'OSS_BUCKET_MISSING' },
    });
  });

  it('names every problem of its environment', () => {
    expect(() => handlerWith({ OSS_BUCKET: 'X', OSS_FORMAT: 'parquet', VALUE_CONVERTER: 'json' })).toThrow(
      expect.objectContaining({
        problems: expect.arrayContaining([
          expect.objectContaining({ key: 'oss.bucket' }),
          expect.objectContaining({ key: 'oss.format' }),
          expect.objectContaining({ key: 'value.converter' }),
        ]),
      }),
    );
  });
});
