/** The built dispatcher at a stand-in of Function Compute, from a real Kafka to a stand-in of OSS. */
import type { RunAnswer } from '../../../functions/dispatcher/timed/run-answer.ts';
import type { FcFunction, FcServer } from '../../../infra/local/fc/server.ts';
import { bundledFunctions, setupFc } from '../../helpers/fc.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { BUCKET, type Rig, recordOf, startRig } from '../../helpers/pipeline.ts';
import { invoke } from '../fc-stand-in/raw-client.ts';

/** As a timer trigger sends it. */
export const TIMER_EVENT = JSON.stringify({
  triggerTime: '2026-11-22T00:00:00Z',
  triggerName: 'every-minute',
  payload: '',
});

/** Variables of a connector to the OSS of `rig`; its objects are cut by count, never by age in the time of a test. */
export function variablesOf(rig: Rig, topic: string, extra: Readonly<Record<string, string>> = {}) {
  return {
    CONNECTOR_CLASS: 'oss-sink',
    NAME: uniqueName('timed'),
    TOPICS: topic,
    CONSUMER_START_OFFSET: 'earliest',
    TASKS_MAX: '1',
    OSS_ENDPOINT: rig.oss.endpoint,
    OSS_REGION: rig.oss.region,
    OSS_BUCKET: BUCKET,
    OSS_FORMAT: 'jsonl',
    SPILLWAY_BOOTSTRAP_SERVERS: rig.bootstrapServers,
    ...extra,
  };
}

export interface Called {
  readonly status: number;
  /** Of the function, '' when it did not fail. */
  readonly errorType: string;
  readonly body: string;
  readonly answer: RunAnswer;
}

/** Calls the dispatcher and waits for its end. */
export async function call(fc: FcServer, event = TIMER_EVENT): Promise<Called> {
  const { status, headers, body } = await invoke(fc, 'dispatcher', { body: event });
  const errorType = String(headers['x-fc-error-type'] ?? '');
  return { status, errorType, body, answer: JSON.parse(body === '' ? '{}' : body) as RunAnswer };
}

/** Calls it until a run caught up, and answers all runs. */
export async function callUntilCaughtUp(fc: FcServer): Promise<RunAnswer[]> {
  const answers: RunAnswer[] = [];
  for (;;) {
    const { errorType, body, answer } = await call(fc);
    if (errorType !== '') throw new Error(`the run failed: ${body}`);
    answers.push(answer);
    if (answer.ended === 'caught-up') return answers;
  }
}

/** Starts all of it, with the role's key in the function's context. */
export async function setUp(
  topic: { readonly partitions: number; readonly records: number },
  extra: Readonly<Record<string, string>> = {},
  fn: Partial<FcFunction> = {},
) {
  const rig = await startRig();
  const name = await rig.createTopic(topic.partitions);
  await produceNumbers(rig, name, topic.partitions, topic.records);
  const code = (await bundledFunctions())['dispatcher'] ?? '';
  const environmentVariables = variablesOf(rig, name, extra);
  const dispatcher = { name: 'dispatcher', code, environmentVariables, role: rig.credentials, ...fn };
  const { server } = await setupFc({ functions: [dispatcher] });
  return { rig, fc: server, topic: name, dispatcher };
}

/** `0`, `1`, … over all partitions in turn. */
export async function produceNumbers(rig: Rig, topic: string, partitions: number, records: number): Promise<void> {
  for (let partition = 0; partition < partitions; partition++) {
    const own = Array.from({ length: records }, (_, n) => n).filter((n) => n % partitions === partition);
    await rig.produce(
      topic,
      partition,
      own.map((n) => recordOf(null, String(n))),
    );
  }
}
