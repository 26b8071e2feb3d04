/** What the service tells of an instance, for those who look before a run. Changes nothing. */
import { FatalError, RetriableError } from '../../errors.ts';
import type { InstanceAnswer, TopicAnswer } from './answers.ts';
import type { AlikafkaOpenApi } from './openapi.ts';
import type { AlikafkaCall } from './ram-statement.ts';

/** What a call answered, or why not. */
export type ProbeStep<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly call: AlikafkaCall; readonly code: string; readonly message: string };

export interface AlikafkaProbe {
  readonly instanceId: string;
  readonly region: string;
  /** `undefined` when there is no such instance in the region. */
  readonly instance: ProbeStep<InstanceAnswer | undefined>;
  readonly topics: ProbeStep<ReadonlyMap<string, TopicAnswer>>;
  readonly groups: ProbeStep<ReadonlySet<string>>;
}

/** Looks at everything once; what fails is in the answer.
 *  @throws what nobody foresaw */
export async function probeAlikafka(openApi: AlikafkaOpenApi): Promise<AlikafkaProbe> {
  // Every call has a timeout of its own, and there are few.
  const { signal } = new AbortController();
  const [instance, topics, groups] = await Promise.all([
    step('GetInstanceList', openApi.instance(signal)),
    step('GetTopicList', openApi.topics(signal)),
    step('GetConsumerList', openApi.groups(signal)),
  ]);
  return { ...openApi.address, instance, topics, groups };
}

async function step<T>(call: AlikafkaCall, work: Promise<T>): Promise<ProbeStep<T>> {
  try {
    return { ok: true, value: await work };
  } catch (thrown) {
    if (!(thrown instanceof FatalError) && !(thrown instanceof RetriableError)) throw thrown;
    return { ok: false, call, code: thrown.code, message: thrown.message };
  }
}
