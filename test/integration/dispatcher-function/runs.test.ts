import { describe, expect, it } from 'vitest';
import { BUCKET, writtenRecords } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { call, callUntilCaughtUp, produceNumbers, setUp } from './dispatcher-setup.ts';

/** Values in all objects, sorted as numbers; repeats included. */
async function numbersIn(bucketFolder: string): Promise<number[]> {
  return (await writtenRecords(bucketFolder)).map(({ value }) => Number(value)).sort((a, b) => a - b);
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('the dispatcher at Function Compute', () => {
  it('brings what is there to OSS when a timer calls it, and the rest the next time', async () => {
    const { rig, fc, topic } = await setUp({ partitions: 3, records: 900 });
    const first = await call(fc);
    expect(first).toMatchObject({ status: 200, errorType: '' });
    expect(first.answer).toMatchObject({
      ended: 'caught-up',
      read: 900,
      written: 900,
      errant: 0,
      released: 0,
      batches: 3,
      lag: 0,
    });
    expect(await numbersIn(rig.bucketFolder)).toEqual(upTo(900));

    await produceNumbers(rig, topic, 3, 30);
    expect((await call(fc, 'by hand')).answer).toMatchObject({ ended: 'caught-up', read: 30, written: 30, lag: 0 });
    expect((await call(fc)).answer).toMatchObject({ ended: 'caught-up', read: 0, written: 0, batches: 0 });
    expect(fc.invocations('dispatcher').map(({ cold }) => cold)).toEqual([true, false, false]);
  });

  it('ends when its time is over, and the next runs go on', async () => {
    const { rig, fc } = await setUp(
      { partitions: 1, records: 800 },
      { BATCH_SIZE: '10', MAX_IN_FLIGHT_BATCHES: '1', RUN_MAX_MS: '1000', SPILLWAY_SHUTDOWN_TIMEOUT_MS: '500' },
    );
    // Longer than the time that a run has.
    for (let at = 0; at < 80; at++) rig.oss.setFault({ kind: 'delay-before-write', method: 'PUT', delayMs: 20 });
    const answers = await callUntilCaughtUp(fc);
    expect(answers.length).toBeGreaterThan(1);
    expect(answers[0]).toMatchObject({ ended: 'time' });
    expect(answers.reduce((sum, { written }) => sum + written, 0)).toBe(800);
    expect(await numbersIn(rig.bucketFolder)).toEqual(upTo(800));
  });

  it('gives up what does not end, before the function is out of time, and leaves the group', async () => {
    const { rig, fc } = await setUp({ partitions: 1, records: 10 }, { HANDLER_RESERVE_MS: '3000' }, { timeoutS: 5 });
    rig.oss.setFault({ kind: 'hang', method: 'PUT', bucket: BUCKET });
    const hung = await call(fc);
    expect(hung).toMatchObject({ status: 200, errorType: '', answer: { ended: 'time', written: 0, released: 10 } });
    rig.oss.clearFaults();
    // Nobody waits for a session that runs out.
    expect((await call(fc)).answer).toMatchObject({ ended: 'caught-up', written: 10, lag: 0 });
    expect(await numbersIn(rig.bucketFolder)).toEqual(upTo(10));
  });

  it('shares the group with a run that overlaps, and loses and doubles nothing', async () => {
    const { rig, fc } = await setUp(
      { partitions: 4, records: 4_000 },
      { BATCH_SIZE: '20', MAX_IN_FLIGHT_BATCHES: '1' },
    );
    for (let at = 0; at < 200; at++) rig.oss.setFault({ kind: 'delay-before-write', method: 'PUT', delayMs: 20 });
    const runs = await Promise.all([call(fc), call(fc)]);
    expect(runs.map(({ errorType, answer }) => [errorType, answer.ended])).toEqual([
      ['', 'caught-up'],
      ['', 'caught-up'],
    ]);
    expect(new Set(fc.invocations('dispatcher').map(({ instanceId }) => instanceId)).size).toBe(2);
    expect(await numbersIn(rig.bucketFolder)).toEqual(upTo(4_000));
  });

  it('goes on after an instance was killed in mid-run, and loses and doubles nothing', async () => {
    const { rig, fc } = await setUp(
      { partitions: 2, records: 2_000 },
      { BATCH_SIZE: '100', SPILLWAY_SESSION_TIMEOUT_MS: '3000' },
    );
    const before = rig.oss.stats();
    for (let at = 0; at < 20; at++) rig.oss.setFault({ kind: 'delay-after-write', method: 'PUT', delayMs: 200 });
    const killed = call(fc);
    await waitFor(() => JSON.stringify(rig.oss.stats()) !== JSON.stringify(before), { what: 'a request to OSS' });
    expect(fc.killInstances('dispatcher')).toBe(1);
    expect((await killed).errorType).not.toBe('');
    rig.oss.clearFaults();
    await callUntilCaughtUp(fc);
    expect(await numbersIn(rig.bucketFolder)).toEqual(upTo(2_000));
  });

  it('fails the call when a person is needed, and says why', async () => {
    const { rig, fc } = await setUp({ partitions: 1, records: 5 }, { OSS_BUCKET: 'no-such-bucket' });
    const { status, errorType, body } = await call(fc);
    expect([status, errorType]).toEqual([200, 'UnhandledInvocationError']);
    expect(JSON.parse(body)).toMatchObject({
      errorType: 'FatalError',
      errorMessage: expect.stringContaining('OSS_BUCKET_MISSING'),
    });
    rig.oss.createBucket('no-such-bucket');
    expect((await call(fc)).answer).toMatchObject({ ended: 'caught-up', written: 5 });
  });

  it('names every wrong variable at once', async () => {
    const { fc } = await setUp({ partitions: 1, records: 0 }, { TASKS_MAX: 'many', OSS_FORMAT: 'xml', NAME: '' });
    const { errorType, body } = await call(fc);
    expect(errorType).not.toBe('');
    for (const variable of ['NAME', 'TASKS_MAX', 'OSS_FORMAT']) {
      expect(body).toContain(`in the environment: ${variable}`);
    }
  });
});
