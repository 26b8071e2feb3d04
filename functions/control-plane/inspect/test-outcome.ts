/** What became of a test record, so far. Pure. */
import type { ConnectorConfig } from '../../../shared/config/connector-keys.ts';
import type { TopicPartition } from '../../../shared/records.ts';
import type { ConnectorStatusInfo } from '../connect-shapes.ts';
import type { FoundErrant } from './errant-scan.ts';
import type { Standing } from './inspector.ts';

/** `written`: committed past it, and in no error topic. `dropped`: so too, by the connector's own policy. `errant`: in an error topic. `stopped`:
 *  `errors.policy=stop` stopped its partition at it. `pending`: none of these yet. */
export type TestOutcome = 'written' | 'dropped' | 'errant' | 'stopped' | 'pending';

export interface TestAnswer extends TopicPartition {
  readonly id: string;
  readonly connector: string;
  readonly offset: number;
  readonly outcome: TestOutcome;
  /** For a person: what it means, and what to do next. */
  readonly message: string;
  /** Offset that the connector's group committed; null where there is none. */
  readonly committed: number | null;
  readonly error?: FoundErrant;
  readonly stopped?: NonNullable<Standing['stopped']>;
  /** Path to ask again. */
  readonly ask: string;
}

/** What is known of it now. */
export interface TestSighting {
  readonly committed: { readonly offset: number; readonly stopped?: Standing['stopped'] | undefined } | undefined;
  /** `unknown`: the error topics were not looked through to their ends. Undefined while nothing is committed past the record. */
  readonly errant: { readonly found: FoundErrant } | 'absent' | 'unknown' | undefined;
}

export interface TestedRecord extends TopicPartition {
  readonly id: string;
  readonly offset: number;
  readonly hasValue: boolean;
}

/** @param status as the cluster says it; undefined while no worker took the connector up */
export function testAnswer(
  record: TestedRecord,
  config: ConnectorConfig,
  status: ConnectorStatusInfo | undefined,
  sighting: TestSighting,
): TestAnswer {
  const { topic, partition, offset, id, hasValue } = record;
  const query = new URLSearchParams({ topic, partition: String(partition), offset: String(offset) });
  const place = {
    id,
    connector: config.name,
    topic,
    partition,
    offset,
    committed: sighting.committed?.offset ?? null,
    ask: `/spillway/connectors/${encodeURIComponent(config.name)}/test?${query}`,
  };
  const { committed, errant } = sighting;
  const stopped = committed?.stopped;
  if (typeof errant === 'object') {
    const { code, topic: errors, partition: at, offset: there } = errant.found;
    const message = `It was refused (${code}) and lies in the error topic ${errors}, partition ${at}, offset ${there}.`;
    return { ...place, outcome: 'errant', message, error: errant.found };
  }
  if (errant === 'absent') {
    if (!hasValue && config['behavior.on.null.values'] === 'ignore') {
      const message = 'Its value is null, and behavior.on.null.values=ignore: it was dropped, as configured.';
      return { ...place, outcome: 'dropped', message };
    }
    const message = 'The target has it: the connector committed past it, and it is in no error topic.';
    return { ...place, outcome: 'written', message };
  }
  if (stopped !== undefined && stopped.offset === offset) {
    const message = `It was refused (${stopped.code}), and errors.policy=stop stopped the partition at it. ${resumeText(config.name)}`;
    return { ...place, outcome: 'stopped', message, stopped };
  }
  const message = errant === 'unknown' ? 'It is done; the error topics are still being looked through. Ask again.' : '';
  return {
    ...place,
    outcome: 'pending',
    message: message === '' ? waitingText(record, config, status, sighting) : message,
    ...(stopped === undefined ? {} : { stopped }),
  };
}

function resumeText(connector: string): string {
  return `PUT /connectors/${connector}/resume goes on, once the cause is mended.`;
}

/** Why it may not be done yet, the surest reason first. */
function waitingText(
  { offset }: TestedRecord,
  config: ConnectorConfig,
  status: ConnectorStatusInfo | undefined,
  { committed }: TestSighting,
): string {
  const { name } = config;
  if (status === undefined) return 'No worker took the connector up yet. Ask again.';
  const { connector, tasks } = status;
  if (connector.state === 'STOPPED' || connector.state === 'PAUSED') {
    return `The connector is ${connector.state}: it comes to the record after PUT /connectors/${name}/resume.`;
  }
  const stopped = committed?.stopped;
  if (stopped !== undefined) {
    return `The partition is stopped at offset ${stopped.offset} (${stopped.code}), before it. ${resumeText(name)}`;
  }
  const failed = tasks.filter(({ state }) => state === 'FAILED').length;
  if (!tasks.some(({ state }) => state === 'RUNNING')) {
    const all = failed > 0 && failed === tasks.length ? 'all its tasks FAILED' : 'none of its tasks is RUNNING';
    return `Nobody works on it: ${all}. GET /connectors/${name}/status says why.`;
  }
  const before = committed === undefined ? 'nothing of its partition is' : aheadText(offset - committed.offset);
  const failing = failed === 0 ? '' : ` ${failed} of ${tasks.length} tasks FAILED.`;
  return `Not done yet: ${before} committed. Batches close after linger.ms=${config['linger.ms']} at the latest, and commits come every offset.commit.interval.ms=${config['offset.commit.interval.ms']}.${failing} Ask again.`;
}

function aheadText(before: number): string {
  if (before <= 0) return 'everything before it is';
  return before === 1 ? 'one offset before it is not' : `${before} offsets before it are not`;
}
