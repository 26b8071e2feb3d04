import { describe, expect, it } from 'vitest';
import type { ErrantEntry } from '../../../../../functions/dispatcher/redrive/error-entry.ts';
import { planSteps } from '../../../../../functions/dispatcher/redrive/plan-steps.ts';
import type { SenderTarget } from '../../../../../functions/dispatcher/redrive/redrive-step.ts';
import type { KafkaAdmin, NewTopic } from '../../../../../shared/kafka/driver.ts';
import { errantEntry, errorRecord } from '../../../../helpers/error-records.ts';

const RULES = { maxAttempts: 3, parkingTopic: 'errors-parked', createParkingTopic: true };
const GONE = { code: 'TOPIC_MISSING', message: 'its topic is gone' };

/** From partition 1 of the error topic. */
function sentBack(attempts: number, offset: number): ErrantEntry {
  return { ...errantEntry(errorRecord({ topic: 'orders', offset }), offset), attempts };
}

function cluster(parking: readonly number[] | undefined) {
  const created: NewTopic[] = [];
  let partitions = parking;
  const admin = {
    describeTopics: async () => (partitions === undefined ? [] : [{ name: 'errors-parked', partitions }]),
    createTopics: async (topics: readonly NewTopic[]) => {
      created.push(...topics);
      partitions = [0, 1, 2, 3, 4, 5];
    },
  } as unknown as KafkaAdmin;
  return { admin, created };
}

const toOrders = (target: SenderTarget = { destinations: [{ topic: 'orders', partition: 7 }] }) => ({
  targets: async (entries: readonly ErrantEntry[]) => entries.map(() => target),
});

describe('planSteps', () => {
  it('sends what was sent back less often than allowed and parks the rest, in order', async () => {
    const { admin, created } = cluster([0, 1]);
    const entries = [sentBack(0, 0), sentBack(3, 1), sentBack(2, 2), sentBack(9, 3)];
    const steps = await planSteps(entries, toOrders(), admin, RULES, true);
    expect(steps.map(({ entry }) => entry)).toEqual(entries);
    expect(steps.map(({ action }) => action.kind)).toEqual(['send', 'park', 'send', 'park']);
    expect(steps[0]?.destinations).toEqual([{ topic: 'orders', partition: 7 }]);
    expect(steps[1]?.destinations).toEqual([{ topic: 'errors-parked', partition: 1 }]);
    expect(created).toEqual([]);
  });

  it('says why a record cannot be sent; it goes nowhere', async () => {
    const { admin } = cluster(undefined);
    const [step] = await planSteps([sentBack(0, 0)], toOrders({ failure: GONE }), admin, RULES, true);
    expect(step).toMatchObject({ destinations: [], action: { kind: 'fail', failure: GONE } });
  });

  it('never sends a record whose value is lost: it would arrive as a tombstone', async () => {
    const { admin } = cluster(undefined);
    const lost = errantEntry(errorRecord({ topic: 'orders', offset: 4, value: null, code: 'RECORD_VALUE_LOST' }));
    const [step] = await planSteps([lost], toOrders(), admin, RULES, true);
    expect(step).toMatchObject({ destinations: [], action: { kind: 'fail', failure: { code: 'RECORD_VALUE_LOST' } } });
  });

  it('parks what was sent back too often, though it could not be sent', async () => {
    const { admin } = cluster([0, 1]);
    const [step] = await planSteps([sentBack(3, 0)], toOrders({ failure: GONE }), admin, RULES, true);
    expect(step?.action.kind).toBe('park');
  });

  it('parks in one of the partitions that there are', async () => {
    const { admin } = cluster([0]);
    const [step] = await planSteps([sentBack(3, 0)], toOrders(), admin, RULES, true);
    expect(step?.destinations).toEqual([{ topic: 'errors-parked', partition: 0 }]);
  });

  it('makes the parking topic when it is needed, allowed, and not only rehearsed', async () => {
    const unneeded = cluster(undefined);
    await planSteps([sentBack(0, 0)], toOrders(), unneeded.admin, RULES, true);
    expect(unneeded.created).toEqual([]);

    const rehearsed = cluster(undefined);
    const [step] = await planSteps([sentBack(3, 0)], toOrders(), rehearsed.admin, RULES, false);
    expect(step?.destinations).toEqual([{ topic: 'errors-parked', partition: 0 }]);
    expect(rehearsed.created).toEqual([]);

    const needed = cluster(undefined);
    await planSteps([sentBack(3, 0)], toOrders(), needed.admin, RULES, true);
    expect(needed.created.map(({ name }) => name)).toEqual(['errors-parked']);

    const forbidden = { ...RULES, createParkingTopic: false };
    await expect(
      planSteps([sentBack(3, 0)], toOrders(), cluster(undefined).admin, forbidden, true),
    ).rejects.toMatchObject({ code: 'TOPIC_MISSING' });
  });
});
