/** What a redrive would do, found out without doing it. */
import type { KafkaAdmin, KafkaReader } from '../../../shared/kafka/driver.ts';
import type { ErrantEntry } from './error-entry.ts';
import { pagesOf } from './error-log.ts';
import { keptStates } from './kept-positions.ts';
import { planSteps } from './plan-steps.ts';
import type { RedriveSpec } from './redrive.ts';
import type { RedriveSender } from './redrive-step.ts';
import { inRange, isSelected } from './selection.ts';

export interface Rehearsal {
  readonly topic: string;
  readonly group: string;
  /** An interrupted run would be gone on with; part of it may have been sent already. */
  readonly resumes: boolean;
  /** Records to send, by the topic they go to; the sink's own error topic stands for itself under `--to sink`. */
  readonly send: readonly { readonly topic: string; readonly records: number }[];
  /** Records that would be parked, and where. */
  readonly parked: number;
  readonly parkingTopic: string;
  /** Records that could not be sent, by code. */
  readonly failed: readonly { readonly code: string; readonly message: string; readonly records: number }[];
  readonly foreign: number;
}

interface RehearsalDeps {
  readonly admin: KafkaAdmin;
  readonly reader: KafkaReader;
  readonly sender: Pick<RedriveSender, 'targets'>;
}

/** Reads everything that `spec` selects, page by page; writes and commits nothing. */
export async function rehearse(spec: RedriveSpec, deps: RehearsalDeps): Promise<Rehearsal> {
  const { topic, group } = spec.positions;
  const states = await keptStates(spec.positions, deps.admin);
  const earliest = await deps.admin.listOffsets(topic, 'earliest');
  const send = new Map<string, number>();
  const failed = new Map<string, { readonly message: string; records: number }>();
  let parked = 0;
  let foreign = 0;
  for (const [partition, { position, end }] of states) {
    const from = Math.max(position, earliest.get(partition) ?? 0);
    for await (const { entries } of pagesOf(deps.reader, { topic, partition, from, to: end })) {
      const here = entries.filter((entry) => inRange(entry, spec.selection));
      foreign += here.filter(({ note }) => note === undefined).length;
      const selected = here.filter(
        (entry): entry is ErrantEntry => entry.note !== undefined && isSelected(entry, spec.selection),
      );
      if (selected.length === 0) continue;
      for (const { entry, action } of await planSteps(selected, deps.sender, deps.admin, spec.rules, false)) {
        if (action.kind === 'park') parked++;
        else if (action.kind === 'send') send.set(entry.note.topic, (send.get(entry.note.topic) ?? 0) + 1);
        else {
          const { code, message } = action.failure;
          failed.set(code, { message, records: (failed.get(code)?.records ?? 0) + 1 });
        }
      }
    }
  }
  return {
    topic,
    group,
    resumes: [...states.values()].some(({ open }) => open !== undefined),
    send: [...send].map(([name, records]) => ({ topic: name, records })),
    parked,
    parkingTopic: spec.rules.parkingTopic,
    failed: [...failed].map(([code, rest]) => ({ code, ...rest })),
    foreign,
  };
}
