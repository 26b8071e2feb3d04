/** What the herder needs of the dispatcher: connectors that run here, in whichever tasks are this worker's. */
import type { ParsedConnector } from '../../shared/config/connector-keys.ts';

import type { TopicPartition } from '../../shared/records.ts';
import type { SinkDefinition } from '../../shared/sink.ts';

export interface HostedSetup {
  readonly definition: SinkDefinition;
  readonly parsed: ParsedConnector;
  readonly raw: Readonly<Record<string, string>>;
}

/** `starting` is on its way to `running` or `paused`; `restarting` failed and is started again by itself. */
export type HostedTaskState = 'starting' | 'running' | 'paused' | 'failed' | 'restarting';

export interface HostedTask {
  readonly id: number;
  readonly state: HostedTaskState;
  /** Why it failed; with `restarting` the last reason. */
  readonly failure?: { readonly code: string; readonly message: string; readonly trace: string };
}

/** Something worth telling of a connector: state changes, errors with the coordinates of the record, restarts. Never keys or values. */
export interface ConnectorEvent {
  /** Epoch ms. */
  readonly at: number;
  readonly kind: 'state' | 'error' | 'restart' | 'errant-record' | 'partition-stopped' | 'gap';
  readonly task?: number;
  readonly code?: string;
  readonly message: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
  /** How many records it tells of; absent: one. */
  readonly count?: number;
}

/** Called at any time after `open`, not while a method of the connector runs synchronously. Must not throw. */
export interface HostedEvents {
  /** The state of a task, or its failure, changed. */
  task(task: HostedTask): void;
  /** A task reads this topic for the first time. */
  topic(task: number, topic: string): void;
  event(event: ConnectorEvent): void;
}

export interface HostedConnector {
  /** Makes exactly these tasks run here: starts those that are missing, stops the others (fence, drain, commit, leave). A task that cannot start
   *  is `failed`, or `restarting` where its cause may heal: nothing is thrown for it. Resolves when the others have stopped: that the new ones
   *  have joined is not waited for. Calls are carried out one after the other. */
  run(taskIds: readonly number[]): Promise<void>;
  /** Paused tasks stay members of their group and keep their partitions and positions: what was read is written and committed, nothing more is
   *  read. Holds for tasks that come later too. */
  pause(): void;
  resume(): void;
  /** Lifts the stop marks of `errors.policy=stop` of the partitions that are owned here. */
  resumeStopped(): void;
  /** Stops and starts tasks that run here, failed ones included. */
  restart(taskIds: readonly number[]): Promise<void>;
  tasks(): readonly HostedTask[];
  /** Partitions that wait for a person. */
  waiting(): readonly (TopicPartition & { readonly reason: string })[];
  /** Stops all tasks and closes what the connector opened; its metrics go with it. `abort` gives up what is under way. */
  stop(abort?: AbortSignal): Promise<void>;
}

export interface ConnectorHost {
  /** @throws ConfigError when a secret does not resolve; FatalError `FUNCTION_MODULE_INVALID` */
  open(setup: HostedSetup, events: HostedEvents): Promise<HostedConnector>;
  /** Prometheus text format, of everything that runs here. */
  metrics(): Promise<string>;
  close(): Promise<void>;
}
