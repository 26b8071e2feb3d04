/** Decides what becomes of each selected record: sent, parked, or left where it is. */
import { VALUE_LOST } from '../../../shared/failure-note.ts';
import type { KafkaAdmin } from '../../../shared/kafka/driver.ts';
import { ensureParkingTopic, partitionsByTopic } from './destinations.ts';
import type { ErrantEntry } from './error-entry.ts';
import type { RedriveSender, RedriveStep } from './redrive-step.ts';

export interface PlanRules {
  /** A record that was sent back this often is parked. */
  readonly maxAttempts: number;
  readonly parkingTopic: string;
  readonly createParkingTopic: boolean;
}

/** Without its value it would arrive as a tombstone, and delete what it was to write. */
const NO_VALUE = {
  code: VALUE_LOST,
  message: 'its value is lost, so there is nothing to send; see docs/dead-letter.md',
};

/** One step an entry, in order. Without `mayCreate` nothing is made: a parking topic that is missing counts as one of one partition.
 *  @throws FatalError `TOPIC_MISSING` when the parking topic is needed, missing, and not to be created */
export async function planSteps(
  entries: readonly ErrantEntry[],
  sender: Pick<RedriveSender, 'targets'>,
  admin: KafkaAdmin,
  rules: PlanRules,
  mayCreate: boolean,
): Promise<RedriveStep[]> {
  const parks = (entry: ErrantEntry) => entry.attempts >= rules.maxAttempts;
  const targets = await sender.targets(entries);
  const parking = entries.some(parks) ? await parkingPartitions(admin, rules, mayCreate) : [];
  return entries.map((entry, at) => {
    if (parks(entry)) {
      const partition = parking[entry.record.partition % parking.length] ?? 0;
      const to = { topic: rules.parkingTopic, partition };
      return { entry, destinations: [to], action: { kind: 'park', to } };
    }
    if (entry.note.code === VALUE_LOST) return { entry, destinations: [], action: { kind: 'fail', failure: NO_VALUE } };
    const target = targets[at];
    if (target === undefined) throw new Error('a sender answers one target an entry');
    if ('failure' in target) return { entry, destinations: [], action: { kind: 'fail', failure: target.failure } };
    return { entry, destinations: target.destinations, action: { kind: 'send' } };
  });
}

async function parkingPartitions(
  admin: KafkaAdmin,
  { parkingTopic, createParkingTopic }: PlanRules,
  mayCreate: boolean,
): Promise<readonly number[]> {
  if (mayCreate) return await ensureParkingTopic(admin, parkingTopic, createParkingTopic);
  return (await partitionsByTopic(admin, [parkingTopic])).get(parkingTopic) ?? [0];
}
