/** What whoever hosts connectors gives and hears: the shapes that the control plane speaks (its `connector-host.ts`), which is checked where the two
 *  are put together. */
import type { ParsedConnector } from '../../../shared/config/connector-keys.ts';
import type { SinkDefinition } from '../../../shared/sink.ts';

export interface HostedSetup {
  readonly definition: SinkDefinition;
  readonly parsed: ParsedConnector;
  readonly raw: Readonly<Record<string, string>>;
}

/** `starting` is on its way to `running` or `paused`; `restarting` failed and is started again by itself. */
export interface HostedTask {
  readonly id: number;
  readonly state: 'starting' | 'running' | 'paused' | 'failed' | 'restarting';
  /** Why it failed; with `restarting` the last reason. */
  readonly failure?: { readonly code: string; readonly message: string; readonly trace: string };
}

/** Never with keys or values of records. */
export interface HostedEvent {
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

/** Must not throw. Never called while a method of the host or of a connector of it runs synchronously. */
export interface HostedEvents {
  task(task: HostedTask): void;
  topic(task: number, topic: string): void;
  event(event: HostedEvent): void;
}
