/** Sinks that stand for those of the recording. */
import { defineKey } from '../../../shared/config/define-key.ts';
import type { KeyDefinitions } from '../../../shared/config/definition.ts';
import type { SinkDefinition } from '../../../shared/sink.ts';

const TARGET = { group: 'Target', importance: 'HIGH' } as const;
const MIB = 1024 * 1024;

const shared = {
  checks: [],
  defaults: {
    batchSize: 100,
    batchBytes: MIB,
    invokeMaxBytes: 6 * MIB,
    lingerMs: 100,
    maxInFlightBatches: 1,
    nullValues: 'write',
    invokeTarget: 'in-process',
  },
  userFunction: false,
  exactlyOnce: false,
  commitsAfterBatch: true,
  keyConverter: () => 'string',
  valueConverter: () => 'string',
} as const satisfies Partial<SinkDefinition>;

/** Kafka Connect's `FileStreamSink`. */
export const fileSink: SinkDefinition = {
  ...shared,
  connectorClass: 'file-sink',
  title: 'A file',
  description: 'Writes nowhere; fails where the folder of its file is missing.',
  keys: {
    file: defineKey.string({ ...TARGET, displayName: 'File', doc: 'Where records would go.' }),
  } as KeyDefinitions,
};

/** `lab.FlakySink` of the recording. */
export const flakySink: SinkDefinition = {
  ...shared,
  connectorClass: 'flaky-sink',
  title: 'A sink that fails',
  description: 'Fails where it is told to.',
  keys: {
    'fail.at': defineKey.string({ ...TARGET, displayName: 'Fail at', doc: '`task-start`, `task-put` or `never`.' }),
    secret: defineKey.password({ ...TARGET, displayName: 'Secret', doc: 'Not used.' }),
  } as KeyDefinitions,
};

/** When a task of the connector fails; undefined for one that does not. `fail.at` may have a suffix, as names have. */
export function failureOf(config: Readonly<Record<string, unknown>>): { readonly at: 'start' | 'put' } | undefined {
  const failAt = String(config['fail.at'] ?? '');
  if (failAt.startsWith('task-start') || String(config['file'] ?? '').startsWith('/no/such/dir'))
    return { at: 'start' };
  return failAt.startsWith('task-put') ? { at: 'put' } : undefined;
}
