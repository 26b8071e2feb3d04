import { expect, it } from 'vitest';
import { waitFor } from '../../helpers/wait-for.ts';
import { consumerOptions, newTopic, started, testDriver } from './harness.ts';

it('an idle consumer arms few timers', async () => {
  const driver = await testDriver();
  const topic = await newTopic(driver, 3);
  const { seen } = await started(
    driver,
    consumerOptions([topic], { fetchMaxWaitMs: 500, heartbeatIntervalMs: 3_000, metadataMaxAgeMs: 60_000 }),
  );
  await waitFor(() => seen.progress.size === 3, { what: 'first fetches' });
  const armed = globalThis.setTimeout;
  let timers = 0;
  globalThis.setTimeout = Object.assign((...args: Parameters<typeof setTimeout>) => {
    timers++;
    return armed(...args);
  }, armed) as typeof setTimeout;
  await new Promise((resolve) => armed(resolve, 5_000));
  globalThis.setTimeout = armed;
  // Ten long polls, two heartbeats; upstream's busy loop armed thousands a second.
  expect(timers).toBeGreaterThan(0);
  expect(timers).toBeLessThan(60);
});
