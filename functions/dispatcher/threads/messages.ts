/** What the main thread and the others say to each other. All of it can be cloned. */
import type { RawConfig } from '../../../shared/config/parse.ts';
import type { TopicPartition } from '../../../shared/records.ts';
import type { CarriedError } from './carried-error.ts';
import type { ConnectorReport } from './connector-report.ts';
import type { ThreadMetrics } from './merged-metrics.ts';

/** A connector as it is given, to be parsed again. */
export interface GivenConnector {
  readonly raw: RawConfig;
  readonly folder: string | undefined;
}

/** What a thread is started with. Secrets are references or literals of the configuration, resolved in the thread. */
export interface ThreadSeat {
  /** From 1: the main thread is 0. */
  readonly index: number;
  /** Threads that run tasks. */
  readonly threads: number;
  /** Ids of the tasks of this thread, by connector. */
  readonly tasks: readonly (readonly number[])[];
  readonly connectors: readonly GivenConnector[];
  /** Settings of the worker, to be parsed again. */
  readonly worker: RawConfig;
  readonly resumeStopped: boolean;
  /** Of `sharedCountsBuffer`: a row for each thread, and one for the main thread. */
  readonly memory: SharedArrayBuffer;
}

/** To a thread; each is answered once. As the methods of `Connector`. */
export type ThreadCall =
  | { readonly call: 'join'; readonly connector: string; readonly goal: ReadonlyMap<string, number> | undefined }
  | { readonly call: 'begin'; readonly connector: string; readonly heals: boolean }
  | { readonly call: 'report' | 'stop' | 'abort'; readonly connector: string }
  | { readonly call: 'metrics' };

/** To `report` and to `metrics`. */
export interface ThreadAnswer {
  readonly nothingLeft?: readonly TopicPartition[];
  readonly metrics?: ThreadMetrics;
}

export type ToThread = ThreadCall & { readonly id: number };

/** From a thread. `reports`, of all its connectors, come with whatever may have changed them. */
export type FromThread =
  | { readonly say: 'ready' }
  /** It cannot be started: nothing was, and nothing more is said. */
  | { readonly say: 'unable'; readonly error: CarriedError }
  | {
      readonly say: 'answer';
      readonly id: number;
      readonly answer: ThreadAnswer;
      readonly reports: ConnectorReport[];
      /** Since the thread began. */
      readonly longestStallMs: number;
    }
  | { readonly say: 'refusal'; readonly id: number; readonly error: CarriedError; readonly reports: ConnectorReport[] }
  | { readonly say: 'reports'; readonly reports: ConnectorReport[] }
  /** No task of the connector is left in the thread. */
  | { readonly say: 'failed'; readonly connector: string; readonly error: CarriedError }
  /** A line of the log, as it is to be written. */
  | { readonly say: 'log'; readonly line: string };
