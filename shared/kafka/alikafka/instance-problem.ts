/** Why a managed instance takes no topics or groups, as far as it tells itself. */
import { FatalError } from '../../errors.ts';
import type { InstanceAnswer } from './answers.ts';

/** Source: GetInstanceList, `ServiceStatus`. */
const RUNNING = 5;
const STATUS_WORDS: Readonly<Record<number, string>> = {
  0: 'not deployed yet',
  1: 'being deployed',
  15: 'expired',
};

/** What it keeps from being made, and the refusal that this explains. */
export interface Refused {
  readonly kind: 'topic' | 'consumer group';
  readonly cause?: Error;
}

/** `undefined` for an instance that runs and has room. */
export function instanceProblem(
  id: string,
  instance: InstanceAnswer | undefined,
  { kind, cause }: Refused,
): FatalError | undefined {
  const options = { ...(cause === undefined ? {} : { cause }), mayHeal: true };
  if (instance === undefined) {
    const message = `there is no instance ${id} in this region for these credentials; check alikafka.instance.id, alikafka.region and whose credentials they are`;
    return new FatalError('ALIKAFKA_INSTANCE_MISSING', message, options);
  }
  if (instance.ServiceStatus !== RUNNING) {
    const words = STATUS_WORDS[instance.ServiceStatus] ?? 'not running';
    const message = `instance ${id} is ${words} (ServiceStatus ${instance.ServiceStatus}); start or renew it in the console`;
    return new FatalError('ALIKAFKA_INSTANCE_NOT_RUNNING', message, options);
  }
  const { UsedTopicCount: used, TopicNumLimit: limit } = instance;
  // A limit of none is one that is not told.
  if (kind === 'topic' && used !== undefined && limit !== undefined && limit > 0 && used >= limit) {
    const message = `instance ${id} has ${used} of ${limit} topics; delete some that nobody needs, buy more, or name topics that are there in errors.deadletterqueue.topic.name and runtime.error.topic.name`;
    return new FatalError('ALIKAFKA_TOPIC_LIMIT', message, options);
  }
  return undefined;
}
