/** A redrive as it was asked for. */
import { createHash } from 'node:crypto';
import type { ConnectorConfig } from '../../../shared/config/connector-keys.ts';
import { ConfigError } from '../../../shared/errors.ts';
import type { KafkaAdmin } from '../../../shared/kafka/driver.ts';
import { selectedRanges } from './error-log.ts';
import type { RedriveSpec } from './redrive.ts';
import { type Selection, selectionText } from './selection.ts';

/** So much of a digest tells selections apart, and can still be read out. */
const DIGEST_CHARS = 12;

export interface RedriveWanted {
  /** The error topic. */
  readonly topic: string;
  readonly selection: Selection;
  readonly to: 'topic' | 'sink';
  /** The connector, where it is known. */
  readonly config: Pick<ConnectorConfig, 'name' | 'resources.create'> | undefined;
  /** A record that was sent back this often is parked. */
  readonly maxAttempts: number;
  /** The error topic with `-parked` when absent. */
  readonly parkingTopic?: string | undefined;
  /** Forget how far an earlier one was. */
  readonly again: boolean;
  /** Unique for this run; at most 36 characters. */
  readonly runId: string;
}

/** The same wishes give the same position, in the same group, whoever asks, and where.
 *  @throws ConfigError when the parking topic is the error topic, or the selection names an offset that is not there; as `selectedRanges` does */
export async function redriveSpec(admin: KafkaAdmin, wanted: RedriveWanted): Promise<RedriveSpec> {
  const { topic, selection, to, config, maxAttempts, again, runId } = wanted;
  const parkingTopic = wanted.parkingTopic ?? `${topic}-parked`;
  if (parkingTopic === topic) {
    throw new ConfigError([{ key: '--parking-topic', message: 'is the error topic itself; name another' }], 'errors');
  }
  const destination = to === 'sink' ? ['sink', config?.name] : ['topic'];
  // What decides where a record goes; neither pace nor report.
  const text = JSON.stringify([selectionText(selection), destination, maxAttempts, parkingTopic]);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, DIGEST_CHARS);
  const ranges = await selectedRanges(admin, topic, selection);
  return {
    positions: { group: `spillway-redrive-${topic}-${digest}`, topic, runId, again, ranges },
    selection,
    rules: { maxAttempts, parkingTopic, createParkingTopic: config?.['resources.create'] !== 'manual' },
  };
}
