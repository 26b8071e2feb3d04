import { describe, expect, it } from 'vitest';
import type { ConnectorOffset } from '../../../../../functions/control-plane/connect-shapes.ts';
import { RetriableError } from '../../../../../shared/errors.ts';
import { ossConfig, planeInMemory, refusal } from '../../../../helpers/control-plane/service.ts';
import { settle } from '../../../../helpers/manual-clock.ts';

const ALTERED = 'The offsets for this connector have been altered successfully';
const NOT_STOPPED =
  "400 Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/c/stop' endpoint";

const at = (topic: string, partition: number, offset: number | null): ConnectorOffset => ({
  partition: { kafka_topic: topic, kafka_partition: partition },
  offset: offset === null ? null : { kafka_offset: offset },
});

/** A stopped connector `c`, and `orders` with two partitions that hold 5 to 10. */
async function stopped() {
  const made = planeInMemory();
  await made.plane.create('c', ossConfig(), 'STOPPED');
  made.admin.topics.set('orders', [
    { beginning: 5, end: 10 },
    { beginning: 5, end: 10 },
  ]);
  return made;
}

describe('offsets', () => {
  it('are those of the group, of whatever topics, in order', async () => {
    const { plane, admin } = await stopped();
    expect(await plane.offsets('c')).toEqual([]);
    await admin.commitOffsets('connect-c', [
      { topic: 'orders', partition: 1, offset: 7 },
      { topic: 'orders', partition: 0, offset: 6 },
      { topic: 'bills', partition: 0, offset: 0 },
    ]);
    expect(await plane.offsets('c')).toEqual([at('bills', 0, 0), at('orders', 0, 6), at('orders', 1, 7)]);
  });

  it('are those of the group that the configuration names, even where it is not valid', async () => {
    const { plane, admin, topic } = await stopped();
    topic.put('broken', { 'consumer.group.id': 'mine' });
    await admin.commitOffsets('mine', [{ topic: 'orders', partition: 0, offset: 6 }]);
    expect(await plane.offsets('broken')).toEqual([at('orders', 0, 6)]);
  });

  it('say what Kafka has against it', async () => {
    const { plane, admin } = await stopped();
    admin.failure = new RetriableError('BROKER_UNREACHABLE', 'no broker can be reached');
    const message = '500 Failed to list offsets for connector c: no broker can be reached';
    expect(await refusal(() => plane.offsets('c'))).toBe(message);
    expect(await refusal(() => plane.offsets('nope'))).toBe('404 Connector nope not found');
  });

  it('are not waited for longer than Kafka may take', async () => {
    const { plane, admin, clock } = await stopped();
    admin.frozen = true;
    const said = refusal(() => plane.offsets('c'));
    await clock.advance(30_000);
    expect(await said).toContain('500 Failed to list offsets for connector c: Kafka did not answer within 30000 ms');
  });
});

describe('alterOffsets', () => {
  it('sets and resets, each partition for itself', async () => {
    const { plane, admin } = await stopped();
    expect(await plane.alterOffsets('c', [at('orders', 0, 5), at('orders', 1, 10)])).toBe(ALTERED);
    expect(await plane.offsets('c')).toEqual([at('orders', 0, 5), at('orders', 1, 10)]);
    const told = await plane.alterOffsets('c', [at('orders', 0, 6), at('orders', 1, null)]);
    expect(told).toBe(`${ALTERED}. These have none, and will begin at their beginning: orders-1`);
    expect(await plane.offsets('c')).toEqual([at('orders', 0, 6)]);
    expect(admin.asked.filter((what) => what.endsWith('connect-c'))).toEqual([
      'commit connect-c',
      'commit connect-c',
      'forget connect-c',
    ]);
  });

  it('says nothing of partitions that have no offset as before, none of their topic having one', async () => {
    const { plane } = await stopped();
    expect(await plane.alterOffsets('c', [at('orders', 0, null)])).toBe(ALTERED);
  });

  it.each([
    ['an unknown topic', at('nope', 0, 1), 'nope-0 is no partition of this cluster'],
    ['what no topic is called', at('a b', 0, 1), 'a b-0 is no partition of this cluster'],
    ['an unknown partition', at('orders', 9, 1), 'orders-9 is no partition of this cluster'],
    [
      'a negative offset',
      at('orders', 0, -1),
      'orders-0 has no offset -1: it holds 5 to 10 (the last is where the next record goes)',
    ],
    ['an offset that is gone', at('orders', 0, 4), 'orders-0 has no offset 4'],
    ['an offset past the end', at('orders', 0, 11), 'orders-0 has no offset 11'],
    ['an offset beyond what JavaScript counts', at('orders', 0, 2 ** 53), 'orders-0 has no offset'],
    ['a partition twice', at('orders', 1, 6), 'orders-1 is given twice'],
  ])('refuses %s, and alters nothing', async (_, wrong, message) => {
    const { plane } = await stopped();
    const said = await refusal(() => plane.alterOffsets('c', [at('orders', 1, 7), wrong]));
    expect(said).toContain('400 Offsets of connector c were not altered: ');
    expect(said).toContain(message);
    expect(await plane.offsets('c')).toEqual([]);
  });

  it('are refused with the first of many problems', async () => {
    const { plane } = await stopped();
    const wrong = Array.from({ length: 5_000 }, (_, id) => at('nope', id, 1));
    const said = await refusal(() => plane.alterOffsets('c', wrong));
    expect(said).toMatch(/: nope-0 is no .*; nope-7 is no partition of this cluster and 4992 more$/);
  });

  it('that nobody confirmed in time begin nothing more afterwards', async () => {
    const { plane, admin, clock } = await stopped();
    let answer = (): void => undefined;
    admin.commitOffsets = () => new Promise((resolve) => (answer = resolve));
    const said = refusal(() => plane.alterOffsets('c', [at('orders', 0, 6), at('orders', 1, null)]));
    await settle();
    await clock.advance(40_000);
    expect(await said).toContain('500 Failed to alter consumer group offsets for connector c: Kafka did not answer');
    answer();
    await settle();
    expect(admin.asked.filter((what) => what.startsWith('forget'))).toEqual([]);
  });

  it('are those of topics with long names, too, however alike they begin', async () => {
    const { plane, admin } = await stopped();
    const [a, b] = [`${'t'.repeat(200)}-a`, `${'t'.repeat(200)}-b`];
    for (const topic of [a, b]) admin.topics.set(topic, [{ beginning: 5, end: 10 }]);
    expect(await plane.alterOffsets('c', [at(a, 0, 6), at(b, 0, 7)])).toBe(ALTERED);
    expect(await plane.offsets('c')).toEqual([at(a, 0, 6), at(b, 0, 7)]);
  });

  it('asks for something', async () => {
    const { plane } = await stopped();
    const message = '400 Partitions / offsets need to be provided for an alter offsets request';
    expect(await refusal(() => plane.alterOffsets('c', []))).toBe(message);
  });

  it.each(['STARTED', 'PAUSED'] as const)(
    'asks for a stopped connector, and not for one that is %s',
    async (target) => {
      const { plane, admin } = await stopped();
      await plane.setTarget('c', target);
      expect(await refusal(() => plane.alterOffsets('c', [at('orders', 0, 6)]))).toBe(NOT_STOPPED);
      expect(await refusal(() => plane.resetOffsets('c'))).toBe(NOT_STOPPED);
      expect(admin.asked).toEqual([]);
    },
  );

  it('looks at what is wanted now, and not at what this worker read before', async () => {
    const { plane, topic } = await stopped();
    topic.frozen = true;
    expect(await refusal(() => plane.alterOffsets('c', [at('orders', 0, 6)]))).toMatch(/^500 /);
    expect(await refusal(() => plane.resetOffsets('c'))).toMatch(/^500 /);
  });

  it('waits for the members to go', async () => {
    const { plane, admin, clock } = await stopped();
    admin.busy.add('connect-c');
    const told = plane.alterOffsets('c', [at('orders', 0, 6), at('orders', 1, 6)]);
    await settle();
    await clock.advance(3_000);
    admin.busy.clear();
    await clock.advance(1_000);
    expect(await told).toBe(ALTERED);
  });

  it('says that members stay', async () => {
    const { plane, admin, clock } = await stopped();
    admin.busy.add('connect-c');
    const said = refusal(() => plane.alterOffsets('c', [at('orders', 0, 6)]));
    await settle();
    await clock.advance(11_000);
    expect(await said).toMatch(
      /^409 Failed to alter consumer group offsets for connector c either because its tasks haven't stopped/,
    );
  });

  it('tries no more once it has answered', async () => {
    const { plane, admin, clock } = await stopped();
    admin.frozen = true;
    const said = refusal(() => plane.resetOffsets('c'));
    await settle();
    await clock.advance(60_000);
    expect(await said).toContain('500 Failed to reset consumer group offsets for connector c: Kafka did not answer');
    expect(admin.asked).toEqual(['delete connect-c']);
  });
});

describe('resetOffsets', () => {
  it('forgets the group, and does not mind that there is none', async () => {
    const { plane, admin } = await stopped();
    await plane.alterOffsets('c', [at('orders', 0, 6), at('orders', 1, 6)]);
    const told = 'The offsets for this connector have been reset successfully';
    expect(await plane.resetOffsets('c')).toBe(told);
    expect(await plane.offsets('c')).toEqual([]);
    expect(await plane.resetOffsets('c')).toBe(told);
    expect(admin.asked.at(-1)).toBe('delete connect-c');
  });

  it('knows no connector that is not there', async () => {
    const { plane } = await stopped();
    expect(await refusal(() => plane.resetOffsets('nope'))).toBe('404 Connector nope not found');
    expect(await refusal(() => plane.alterOffsets('nope', []))).toBe('404 Connector nope not found');
  });
});
