import { defineConfig } from 'vitest/config';
import { FileOrder } from './test/helpers/file-order.ts';

/** Limits are there to end a test that hangs, never to measure: they hold on a machine ten times slower than ours. */
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
        // What needs real servers, after what needs none. Three workers: on two cores one of them waits most of the time. A worker goes on with
        // the next file, since to load what one needs anew takes half a second of processor time; so what a test starts must end with it.
        test: {
          name: 'servers',
          include: ['test/{conformance,integration,fault}/**/*.test.ts'],
          pool: 'forks',
          isolate: false,
          maxWorkers: 3,
          globalSetup: [
            'test/helpers/search-global-setup.ts',
            'test/helpers/kafka-global-setup.ts',
            'test/fault/runner/shared-world.ts',
          ],
          setupFiles: ['test/helpers/set-up-worker.ts'],
          testTimeout: 600_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
