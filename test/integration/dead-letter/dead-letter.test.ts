import { describe, expect, it } from 'vitest';
import type { FcFunction } from '../../../infra/local/fc/server.ts';
import { splitNote } from '../../../shared/failure-note.ts';
import type { ProducerRecord } from '../../../shared/kafka/driver.ts';
import type { SinkRecord } from '../../../shared/records.ts';
import { connectorOf, errorsCli, headerTexts, recordsIn } from '../../helpers/error-records.ts';
import { bundledFunctions, functionFile, setupFc } from '../../helpers/fc.ts';
import { type Rig, startRig } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { invoke, invokeAsync, jsonOf } from '../fc-stand-in/raw-client.ts';

const TIME = 1_700_000_000_000;

/** A record with a key, a value and two headers of one name, one of them no text. */
function sample(n: number, value: Buffer | null = Buffer.from(`{"n":${n}}`)): ProducerRecord {
  const headers = [
    { key: 'trace', value: Buffer.from([0, 0xff, n]) },
    { key: 'trace', value: null },
  ];
  return { key: n % 3 === 0 ? null : Buffer.from(`k${n}`), value, headers, timestamp: TIME + n };
}

/** The function, with the variables of a connector called `orders`. */
async function deadLetter(rig: Rig, errors: string, more: Partial<FcFunction> = {}): Promise<FcFunction> {
  const environmentVariables = {
    NAME: 'orders',
    RUNTIME_ERROR_TOPIC_NAME: errors,
    SPILLWAY_BOOTSTRAP_SERVERS: rig.bootstrapServers,
    OVERFLOW_CLAIM_CHECK_ENDPOINT: rig.oss.endpoint,
  };
  return { name: 'dead-letter', code: (await bundledFunctions())['dead-letter'] ?? '', environmentVariables, ...more };
}

/** What the platform tells of a call with `payload` that failed. */
function told(payload: unknown, requestId = 'r-1'): string {
  const error = { errorType: 'TypeError', errorMessage: 'no such user', stackTrace: ['at save'] };
  return JSON.stringify({
    requestContext: { requestId, functionArn: 'acs:fc:cn-hangzhou:1:functions/writer', approximateInvokeCount: 4 },
    requestPayload: JSON.stringify(payload),
    responseContext: { statusCode: 200, functionError: 'UnhandledInvocationError' },
    responsePayload: JSON.stringify(error),
  });
}

function element(topic: string, offset: number, more: Readonly<Record<string, unknown>> = {}) {
  const { key, value } = sample(offset);
  return {
    ...(key === null ? {} : { key: key.toString() }),
    ...{ offset, overflowFlag: false, partition: 0, timestamp: TIME + offset, topic },
    ...{ value: String(value), valueSize: value?.length ?? 0, ...more },
  };
}

/** All of a record in an error topic but what a synchronous answer tells and a destination is not told, or in other words: class, message, trace
 *  and log of the error, and the task. */
function comparable({ key, value, headers }: SinkRecord) {
  const split = splitNote(headers);
  if (split === undefined) throw new Error('no error record');
  const { errorClass: _, message: __, stack: ___, task: ____, functionLog: _____, ...note } = split.note;
  return { key, value, own: split.own, note };
}

const bySource = (a: { note: { offset: number } }, b: { note: { offset: number } }) => a.note.offset - b.note.offset;

describe('the dead-letter function', () => {
  it('writes what an asynchronous call failed for good as the dispatcher writes what a synchronous one failed', async () => {
    const rig = await startRig();
    const source = await rig.createTopic(1);
    const records = Array.from({ length: 12 }, (_, n) => sample(n, n === 5 ? null : undefined));
    await rig.produce(source, 0, records);
    const errors = { sync: await rig.createTopic(2, 'errors'), async: await rig.createTopic(2, 'errors') };
    const code = await functionFile(`export const handler = async () => { throw new TypeError('no such user'); };`);
    const { server, settings } = await setupFc({
      functions: [
        { name: 'writer', code, async: { maxRetries: 1, onFailure: 'dead-letter' } },
        await deadLetter(rig, errors.async),
      ],
      retryBackoffMs: 10,
    });
    for (const mode of ['sync', 'async'] as const) {
      const file = await rig.connectorFile('orders', {
        'connector.class': 'fc-sink',
        topics: source,
        'consumer.group.id': errors[mode],
        'runtime.error.topic.name': errors[mode],
        'errors.deadletterqueue.topic.name': errors[mode],
        'tasks.max': '1',
        'batch.size': '6',
        retries: '0',
        'invoke.mode': mode,
        ...settings,
        'fc.function.name': 'writer',
      });
      const { code: exit, stderr } = await rig.spawnCli(['run', '--until-caught-up', file]).result;
      expect([exit, exit === 0 ? '' : stderr]).toEqual([0, '']);
    }
    await server.asyncSettled();
    const inSync = (await recordsIn(rig, errors.sync)).map(comparable).sort(bySource);
    const inAsync = await recordsIn(rig, errors.async);
    expect(inAsync.map(comparable).sort(bySource)).toEqual(inSync);
    expect(inSync.map(({ own }) => own)).toEqual(records.map(({ headers }) => headers));
    expect(headerTexts(inAsync[0])).toMatchObject({
      '__connect.errors.exception.class.name': 'TypeError',
      '__connect.errors.exception.message': 'no such user',
      '__connect.errors.class.name': 'fc-sink',
    });
  });

  it('takes from the event what Kafka no longer has, and says what is lost, which no redrive sends', async () => {
    const rig = await startRig();
    const source = await rig.createTopic(1, 'source');
    const errors = await rig.createTopic(1, 'errors');
    const { server } = await setupFc({ functions: [await deadLetter(rig, errors)] });
    const big = { overflowFlag: true, value: undefined, valueSize: 300_000 };
    const event = told([element(source, 1), element(source, 2, big), element('no-such-topic', 3)]);
    const answer = await invoke(server, 'dead-letter', { body: event });
    expect(jsonOf(answer)).toMatchObject({ calls: 1, written: 3, fromEvent: 3, valuesLost: 1 });
    const written = await recordsIn(rig, errors);
    expect(written.map(({ value }) => value?.toString())).toEqual(['{"n":1}', undefined, '{"n":3}']);
    expect(headerTexts(written[1])).toMatchObject({
      'spillway.error.code': 'RECORD_VALUE_LOST',
      '__connect.errors.topic': source,
      '__connect.errors.offset': '2',
      '__connect.errors.exception.message': expect.stringContaining('300000 bytes'),
    });

    const file = await connectorOf(rig, { source, errors });
    const redrive = await errorsCli(rig, 'redrive', file, '0:1', '--yes');
    expect(JSON.stringify(redrive.data)).toContain('RECORD_VALUE_LOST');
    expect(await recordsIn(rig, source)).toEqual([]);
  });

  it('fails while the error topic cannot be written, so that the platform calls again, and writes once', async () => {
    const rig = await startRig();
    const source = await rig.createTopic(1, 'source');
    await rig.produce(source, 0, [sample(0), sample(1)]);
    const errors = `${source}-errors`;
    const fn = await deadLetter(rig, errors, { async: { maxRetries: 8 } });
    const { server } = await setupFc({ functions: [fn], retryBackoffMs: 200 });
    await invokeAsync(server, 'dead-letter', told([element(source, 0), element(source, 1)]));
    const failed = () => server.invocations('dead-letter').filter(({ errorType }) => errorType !== undefined);
    await waitFor(() => failed().length > 0, { what: 'a call that failed' });
    const admin = rig.driver.admin();
    await admin.createTopics([{ name: errors, partitions: 1, replicationFactor: -1, configs: {} }]);
    await admin.close();
    await server.asyncSettled();
    expect((await recordsIn(rig, errors)).map(({ value }) => value?.toString())).toEqual(['{"n":0}', '{"n":1}']);
  });

  it('throws at an event that is none, and does not come back for ever as its own destination', async () => {
    const rig = await startRig();
    const errors = await rig.createTopic(1, 'errors');
    const fn = await deadLetter(rig, errors, { async: { maxRetries: 1, onFailure: 'dead-letter' } });
    const { server } = await setupFc({ functions: [fn], retryBackoffMs: 10 });
    const refused = await invoke(server, 'dead-letter', { body: '{"hello":1}' });
    expect(refused.headers['x-fc-error-type']).toBe('UnhandledInvocationError');
    expect(jsonOf(refused)['errorMessage']).toContain('event refused');
    await invokeAsync(server, 'dead-letter', '{"hello":1}');
    await server.asyncSettled();
    expect(server.invocations('dead-letter').at(-1)?.errorType).toBeUndefined();
    expect(await recordsIn(rig, errors)).toEqual([]);
  });
});
