/** What the demo shows of its error topic. */
import { newestErrors } from '../../functions/dispatcher/redrive/error-list.ts';
import type { KafkaDriver } from '../../shared/kafka/driver.ts';

const FETCH_MAX_BYTES = 1024 * 1024;
const MOST_REASONS = 100;

/** Records in it; 0 where there is none, since nothing was errant. */
export async function countErrors(driver: KafkaDriver, topic: string): Promise<number> {
  const admin = driver.admin();
  try {
    const ends = await admin.listOffsets(topic, 'latest');
    return [...ends.values()].reduce((sum, end) => sum + end, 0);
  } finally {
    await admin.close();
  }
}

/** Each reason once, with how many records it stands for. */
export async function errorReasons(driver: KafkaDriver, topic: string): Promise<string[]> {
  const admin = driver.admin();
  const reader = driver.reader({ isolationLevel: 'read_committed', fetchMaxBytes: FETCH_MAX_BYTES });
  try {
    const rows = await newestErrors(admin, reader, [topic], { places: [] }, MOST_REASONS);
    const first = new Map<string, { count: number; message: string }>();
    for (const { failure } of rows) {
      if (failure === undefined) continue;
      const seen = first.get(failure.code);
      if (seen === undefined) first.set(failure.code, { count: 1, message: failure.message });
      else seen.count++;
    }
    return [...first].map(([code, { count, message }]) => `${count} × ${code}: ${message}`);
  } finally {
    await Promise.all([admin.close(), reader.close()]);
  }
}
