/** Notices new partitions and topics, and topics that were made anew. */
import { RetriableError } from '../errors.ts';
import type { RetryDeps } from './retrying.ts';
import { sameTopics, type TopicPartitions, type TopicSubscription } from './subscription.ts';

/** Looks every `intervalMs` until the signal; calls `changed` when the topics are not those of `current()`, and `lookAtOwned` every
 *  time. A cluster that does not answer is asked again next time.
 *  @throws FatalError when a topic is refused */
export async function watchTopics(
  subscription: TopicSubscription,
  current: () => TopicPartitions,
  intervalMs: number,
  changed: () => void,
  lookAtOwned: () => Promise<void>,
  { clock, logger }: RetryDeps,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(intervalMs, signal);
    try {
      const found = await subscription.look();
      if (signal.aborted) return;
      if (!sameTopics(found, current())) {
        logger.info(
          { topics: Object.fromEntries([...found].map(([topic, ids]) => [topic, ids.length])) },
          'topics or partitions changed',
        );
        changed();
      }
      await lookAtOwned();
    } catch (thrown) {
      if (!(thrown instanceof RetriableError)) throw thrown;
      logger.debug({ code: thrown.code }, 'topics could not be looked at');
    }
  }
}
