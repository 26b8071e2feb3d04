/** What the REST API calls: one method a resource. Any worker answers for the whole cluster. */
import type { TargetState } from './config-state.ts';
import type {
  ConfigInfos,
  ConfigKeyInfo,
  ConnectorInfo,
  ConnectorOffset,
  ConnectorStatusInfo,
  LoggerLevel,
  PluginInfo,
  TaskInfo,
  TaskStatusInfo,
} from './connect-shapes.ts';

/** Values as they came: scalars of any JSON type become text, as in Kafka Connect. `null` is "not given", or "remove" in a patch. */
export type GivenConfig = Readonly<Record<string, string | number | boolean | null>>;

/** Every method but `cluster` and `health` throws `Refused`: 404 for what is not there, 400 for what is wrong, 409 for what is there already or
 *  changes at this moment, 500 when Kafka does not confirm in time. */
export interface ControlPlane {
  cluster(): { readonly version: string; readonly commit: string; readonly kafka_cluster_id: string };
  /** As KIP-1017: whether this worker has read its topics and can be asked. */
  health(): { readonly healthy: boolean; readonly message: string };

  connectors(): readonly string[];
  info(name: string): ConnectorInfo;
  status(name: string): ConnectorStatusInfo;
  create(name: string, config: GivenConfig, initial: TargetState): Promise<ConnectorInfo>;
  put(name: string, config: GivenConfig): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }>;
  patch(name: string, changes: GivenConfig): Promise<ConnectorInfo>;
  /** @param cleanGroup also deletes the consumer group, once its members have gone */
  remove(name: string, cleanGroup: boolean): Promise<void>;
  setTarget(name: string, target: TargetState): Promise<void>;
  /** The status with what is to be restarted shown as RESTARTING. */
  restart(
    name: string,
    options: { readonly includeTasks: boolean; readonly onlyFailed: boolean },
  ): Promise<ConnectorStatusInfo>;
  restartTask(name: string, task: number): Promise<void>;
  tasks(name: string): readonly TaskInfo[];
  taskStatus(name: string, task: number): TaskStatusInfo;
  /** Of a connector that is not there: none. */
  topics(name: string): readonly string[];
  resetTopics(name: string): Promise<void>;

  offsets(name: string): Promise<readonly ConnectorOffset[]>;
  /** A null offset resets one partition. @returns the message for people */
  alterOffsets(name: string, offsets: readonly ConnectorOffset[]): Promise<string>;
  resetOffsets(name: string): Promise<string>;

  plugins(): readonly PluginInfo[];
  pluginConfig(plugin: string, version?: string): readonly ConfigKeyInfo[];
  validate(plugin: string, config: GivenConfig): ConfigInfos;

  loggers(): Readonly<Record<string, LoggerLevel>>;
  logger(name: string): LoggerLevel;
  /** @returns names of the loggers that changed here; undefined when it was set for the whole cluster */
  setLogger(name: string, level: string, scope: 'worker' | 'cluster'): Promise<readonly string[] | undefined>;
}
