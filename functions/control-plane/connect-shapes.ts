/** Bodies of Kafka Connect's REST API, as a worker of Apache Kafka 4.3.1 sends them. */
import type { StoredConfig } from './config-state.ts';
import type { RunState } from './status-board.ts';

export interface TaskName {
  readonly connector: string;
  readonly task: number;
}

export interface ConnectorInfo {
  readonly name: string;
  readonly config: StoredConfig;
  readonly tasks: readonly TaskName[];
  readonly type: 'sink';
}

interface StateInfo {
  readonly state: RunState;
  readonly worker_id: string;
  readonly version: string;
  readonly trace?: string;
}

export type TaskStatusInfo = StateInfo & { readonly id: number };

export interface ConnectorStatusInfo {
  readonly name: string;
  readonly connector: StateInfo;
  readonly tasks: readonly TaskStatusInfo[];
  readonly type: 'sink';
}

export interface TaskInfo {
  readonly id: TaskName;
  readonly config: StoredConfig;
}

export interface ConnectorOffset {
  readonly partition: { readonly kafka_topic: string; readonly kafka_partition: number };
  readonly offset: { readonly kafka_offset: number } | null;
}

export interface PluginInfo {
  readonly class: string;
  readonly type: 'sink';
  readonly version: string;
}

/** Definition of a key, as in `GET /connector-plugins/{plugin}/config`. */
export interface ConfigKeyInfo {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly default_value: string | null;
  readonly importance: string;
  readonly documentation: string;
  readonly group: string | null;
  readonly order_in_group: number;
  readonly width: string;
  readonly display_name: string;
  readonly dependents: readonly string[];
  readonly order?: number;
}

export interface ConfigValueInfo {
  readonly name: string;
  readonly value: string | null;
  readonly recommended_values: readonly string[];
  readonly errors: readonly string[];
  readonly visible: boolean;
}

/** Answer of `PUT /connector-plugins/{plugin}/config/validate`. */
export interface ConfigInfos {
  readonly name: string;
  readonly error_count: number;
  readonly groups: readonly string[];
  readonly configs: readonly { readonly definition: ConfigKeyInfo; readonly value: ConfigValueInfo }[];
}

export interface LoggerLevel {
  readonly level: string;
  /** Epoch ms; null where nobody set it. */
  readonly last_modified: number | null;
}
