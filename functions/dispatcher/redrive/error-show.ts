/** One record of an error topic. */
import { ConfigError } from '../../../shared/errors.ts';
import type { KafkaAdmin, KafkaReader } from '../../../shared/kafka/driver.ts';
import type { ErrorEntry } from './error-entry.ts';
import { pagesOf, selectedRanges } from './error-log.ts';
import { isSelected, type Place } from './selection.ts';

/** The record at `place`.
 *  @throws ConfigError when there is none; FatalError `TOPIC_MISSING` and refusals; RetriableError when the cluster cannot be reached */
export async function errorAt(
  admin: KafkaAdmin,
  reader: KafkaReader,
  topic: string,
  place: Place,
): Promise<ErrorEntry> {
  const selection = { places: [place] };
  for (const range of await selectedRanges(admin, topic, selection)) {
    for await (const { entries } of pagesOf(reader, range)) {
      const found = entries.find((entry) => isSelected(entry, selection));
      if (found !== undefined) return found;
    }
  }
  const message = `${topic} has no record there: its offset was compacted, rolled back, or is a mark of Kafka's own`;
  throw new ConfigError([{ key: `${place.partition}:${place.offset}`, message }], 'errors show');
}
