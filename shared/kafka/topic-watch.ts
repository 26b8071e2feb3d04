/** Notices new partitions and topics. */
import { RetriableError } from '../errors.ts';
import type { RetryDeps } from './retrying.ts';
import { sameTopics, type TopicPartitions, type TopicSubscription } from './subscription.ts';

/** Looks every `intervalMs` until the signal; calls `changed` when the topics are not those of `current()`. A cluster that does not
 *  answer is asked again next time.
 *  @throws FatalError when a topic is refused */
export async function watchTopics(
  subscription: TopicSubscription,
  current: () => TopicPartitions,
  intervalMs: number,
  changed: () => void,
  { clock, logger }: RetryDeps,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(intervalMs, signal);
    try {
      const found = await subscription.look();
      if (signal.aborted) return;
      if (sameTopics(found, current())) continue;
      logger.info(
        { topics: Object.fromEntries([...found].map(([topic, ids]) => [topic, ids.length])) },
        'topics or partitions changed',
      );
      changed();
    } catch (thrown) {
      if (!(thrown instanceof RetriableError)) throw thrown;
      logger.debug({ code: thrown.code }, 'topics could not be looked at');
    }
  }
}
