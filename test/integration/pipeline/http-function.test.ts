import { describe, expect, it } from 'vitest';
import { type FunctionReply, startHttpFunction } from '../../helpers/http-function.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { BUCKET, readTopic, recordOf, startRig } from '../../helpers/pipeline.ts';

/** A connector file to a function at `url`. */
function toFunction(url: string, topic: string, extra: Readonly<Record<string, string>> = {}) {
  return { 'connector.class': 'fc-sink', 'invoke.target': 'http', 'invoke.http.url': url, topics: topic, ...extra };
}

describe("a user's function at an HTTP URL", () => {
  it('receives every record in envelopes, in order, within the limits', async () => {
    const rig = await startRig();
    const fn = await startHttpFunction();
    const topic = await rig.createTopic(2);
    for (const partition of [0, 1]) {
      const records = Array.from({ length: 150 }, (_, i) => recordOf(`k${i}`, `值 ${partition}/${i} ${'"'.repeat(i)}`));
      await rig.produce(topic, partition, records);
    }
    const file = await rig.connectorFile(uniqueName('fn'), toFunction(fn.url, topic, { 'invoke.max.bytes': '3000' }));
    const { code } = await rig.spawnCli(['run', '--until-caught-up', file]).result;
    expect(code).toBe(0);
    expect(fn.bodies.every((body) => body.length <= 3_000)).toBe(true);
    expect(fn.envelopes.every((records) => records.length >= 1 && records.length <= 20)).toBe(true);
    for (const partition of [0, 1]) {
      const received = fn.envelopes.flat().filter((record) => record.partition === partition);
      expect(received.map(({ offset }) => offset)).toEqual(Array.from({ length: 150 }, (_, i) => i));
      expect(received.every(({ offset, value }) => value === `值 ${partition}/${offset} ${'"'.repeat(offset)}`)).toBe(
        true,
      );
    }
  });

  it('has only its retry records sent again, and its errant ones brought to the error topic', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    const fn = await startHttpFunction((records, call): FunctionReply => {
      const outcomes = records.map(({ topic, partition, offset }) => {
        if (offset === 3)
          return { topic, partition, offset, status: 'errant', code: 'NO_SUCH_CUSTOMER', message: 'customer 3' };
        if (offset === 5 && call === 1) return { topic, partition, offset, status: 'retry', code: 'LOCKED' };
        return { topic, partition, offset, status: 'written' };
      });
      return { body: { version: 1, outcomes } };
    });
    await rig.produce(
      topic,
      0,
      Array.from({ length: 8 }, (_, i) => recordOf(`k${i}`, `v${i}`)),
    );
    const name = uniqueName('fn');
    const file = await rig.connectorFile(name, toFunction(fn.url, topic));
    const { code, stdout } = await rig.spawnCli(['run', '--until-caught-up', '--json', file]).result;
    expect(code).toBe(0);
    expect(fn.envelopes.map((records) => records.map(({ offset }) => offset))).toEqual([[0, 1, 2, 3, 4, 5, 6, 7], [5]]);
    expect(JSON.parse(stdout).connectors[0].totals).toMatchObject({ written: 7, errant: 1 });
    const [errant] = await readTopic(rig.bootstrapServers, `connect-error-${name}`, 1);
    expect(errant).toMatchObject({
      key: Buffer.from('k3'),
      value: Buffer.from('v3'),
      headers: {
        '__connect.errors.stage': 'TASK_PUT',
        '__connect.errors.exception.message': expect.stringContaining('customer 3'),
      },
    });
  });

  it('gets a record too large for any request by reference, under claim-check', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    const big = '大'.repeat(20_000);
    let fetched = '';
    const fn = await startHttpFunction(async ([record]) => {
      if (record?.valueRef !== undefined) fetched = await (await fetch(record.valueRef)).text();
      return {};
    });
    await rig.produce(topic, 0, [recordOf('a', 'small'), recordOf('b', big), recordOf('c', 'small too')]);
    const file = await rig.connectorFile(
      uniqueName('fn'),
      toFunction(fn.url, topic, {
        'invoke.max.bytes': '8000',
        'overflow.claim.check.bucket': BUCKET,
        'overflow.claim.check.endpoint': rig.oss.endpoint,
        'overflow.claim.check.region': rig.oss.region,
        'overflow.claim.check.access.key.id': rig.credentials.accessKeyId,
        'overflow.claim.check.access.key.secret': rig.credentials.accessKeySecret,
      }),
    );
    const { code } = await rig.spawnCli(['run', '--until-caught-up', file]).result;
    expect(code).toBe(0);
    const seen = fn.envelopes.flat().map(({ key, overflowFlag, valueSize }) => [key, overflowFlag, valueSize]);
    expect(seen).toEqual([
      ['a', false, 5],
      ['b', true, 60_000],
      ['c', false, 9],
    ]);
    expect(fetched).toBe(big);
    expect(fn.bodies.every((body) => body.length <= 8_000)).toBe(true);
  });

  it('gets an oversize record without its value under flag', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    const fn = await startHttpFunction();
    await rig.produce(topic, 0, [recordOf('b', 'x'.repeat(5_000))]);
    const file = await rig.connectorFile(
      uniqueName('fn'),
      toFunction(fn.url, topic, { 'invoke.max.bytes': '1000', 'overflow.policy': 'flag' }),
    );
    expect((await rig.spawnCli(['run', '--until-caught-up', file]).result).code).toBe(0);
    expect(fn.envelopes.flat()).toEqual([expect.objectContaining({ key: 'b', overflowFlag: true, valueSize: 5_000 })]);
    expect(fn.envelopes.flat()[0]).not.toHaveProperty('value');
  });
});
