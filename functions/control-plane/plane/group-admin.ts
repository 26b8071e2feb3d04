/** What is asked of Kafka about the groups of connectors, within a time that a caller of the API waits. */
import type { Clock } from '../../../shared/clock.ts';
import { FatalError, RetriableError } from '../../../shared/errors.ts';
import type { KafkaAdmin } from '../../../shared/kafka/driver.ts';
import { TimeLimit } from '../../../shared/time-limit.ts';
import { Refused } from '../refused.ts';

/** Kafka, as far as offsets of groups need it. */
export type GroupAdmin = Pick<
  KafkaAdmin,
  'describeTopics' | 'listOffsets' | 'groupOffsets' | 'commitOffsets' | 'deleteGroup' | 'deleteGroupOffsets'
>;

export interface GroupWaits {
  /** How long members of a connector that was stopped are waited for. Those of a worker that died go by their session timeout. */
  readonly membersGoMs: number;
  /** How long Kafka may take for everything else. */
  readonly answerMs: number;
}

/** Between two looks whether the members have gone. */
const LOOK_AGAIN_MS = 250;

/** Runs `work`, whatever it asks of Kafka; its signal aborts when the time is up.
 *  @param failing what did not work then: `Failed to list offsets for connector c2`
 *  @throws Refused 500 that says why; what `work` throws where that is a `Refused` already. A change of which no answer came may have been made */
export async function withinTime<T>(
  clock: Clock,
  limitMs: number,
  failing: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  let cancel = (): void => undefined;
  const noAnswer = new Promise<never>((_, reject) => {
    cancel = clock.after(limitMs, () => {
      late.abort();
      const message = `${failing}: Kafka did not answer within ${limitMs} ms; look how things are, then try again`;
      reject(new Refused(500, message));
    });
  });
  try {
    return await Promise.race([work(late.signal), noAnswer]);
  } catch (thrown) {
    if (thrown instanceof FatalError || thrown instanceof RetriableError) {
      throw new Refused(500, `${failing}: ${thrown.message}`, { cause: thrown });
    }
    throw thrown;
  } finally {
    cancel();
  }
}

/** Runs `change` again and again while the group has members.
 *  @throws Refused 409 with `stillThere` when they do not go within `limitMs`; what `change` throws */
export async function onceMembersGone(
  clock: Clock,
  limitMs: number,
  stillThere: string,
  change: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const patience = new TimeLimit(clock, limitMs);
  for (;;) {
    try {
      return await change();
    } catch (thrown) {
      if (!(thrown instanceof FatalError) || thrown.code !== 'GROUP_HAS_MEMBERS') throw thrown;
      if (patience.leftMs === 0) throw new Refused(409, stillThere, { cause: thrown });
    }
    await clock.sleep(Math.min(LOOK_AGAIN_MS, patience.leftMs), signal);
  }
}
