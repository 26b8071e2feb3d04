import { defineConfig } from 'vitest/config';
import { FileOrder } from './test/helpers/file-order.ts';

/** What all suites with real servers share; their files run side by side. Three workers: on two cores one of them waits most of the time. Limits are there
 *  to end a test that hangs, never to measure: they hold on a machine ten times slower than ours. */
const realServers = {
  pool: 'forks' as const,
  globalSetup: ['test/helpers/search-global-setup.ts', 'test/helpers/kafka-global-setup.ts'],
  setupFiles: ['test/helpers/poison-buffers.ts', 'test/helpers/end-with-the-run.ts'],
  maxWorkers: 3,
  testTimeout: 120_000,
  hookTimeout: 180_000,
};

export default defineConfig({
  test: {
    sequence: { sequencer: FileOrder },
    reporters: [['default', { summary: false }], './test/helpers/tests-line-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          pool: 'threads',
          isolate: false,
          maxWorkers: 2,
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...realServers,
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...realServers,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Those that kill brokers and cut connections start clusters of their own; classes of faults share one world, and wait for it.
        test: {
          ...realServers,
          name: 'fault',
          globalSetup: [...realServers.globalSetup, 'test/fault/runner/shared-world.ts'],
          include: ['test/fault/**/*.test.ts'],
          testTimeout: 600_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
