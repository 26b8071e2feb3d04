/** What a worker answers: from what it read of the internal topics and, for offsets, of Kafka itself. */
import type { Clock } from '../../../shared/clock.ts';
import { HEALTHY_MESSAGE } from '../../../shared/worker-answers.ts';
import type { ConfigStore, StoredConfig, StoredConnector, TargetState } from '../config-state.ts';
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
} from '../connect-shapes.ts';
import type { ControlPlane, GivenConfig } from '../control-plane.ts';
import { levelNamed } from '../loggers/levels.ts';
import type { LoggerLevels } from '../loggers/logger-levels.ts';
import { Refused } from '../refused.ts';
import type { StatusBoard } from '../status-board.ts';
import { configInfos } from './config-infos.ts';
import { ConnectorChanges } from './connector-changes.ts';
import type { ConnectorCheck } from './connector-check.ts';
import { ConnectorOffsets } from './connector-offsets.ts';
import { asText } from './given-config.ts';
import type { GroupAdmin, GroupWaits } from './group-admin.ts';
import { definitionsOf } from './key-info.ts';
import type { Plugins } from './plugins.ts';
import { groupOf, sharedGroupProblems } from './reserved-names.ts';
import { shortened } from './shortened.ts';
import { connectorStatus, restarting, taskNames, taskStatus } from './statuses.ts';

export interface ControlPlaneDeps {
  readonly store: Pick<ConfigStore, 'state' | 'latest' | 'update'>;
  readonly board: Pick<StatusBoard, 'connector' | 'tasks' | 'topics' | 'resetTopics'>;
  readonly admin: GroupAdmin;
  readonly check: ConnectorCheck;
  readonly plugins: Plugins;
  readonly loggers: LoggerLevels;
  readonly clock: Clock;
  readonly waits: GroupWaits;
  /** Of the program, and of the Kafka cluster. */
  readonly version: string;
  readonly commit: string;
  readonly clusterId: string;
  /** Whether this worker has read its topics and is in its group. */
  readonly ready: () => boolean;
}

export class ControlPlaneService implements ControlPlane {
  readonly #deps: ControlPlaneDeps;
  readonly #changes: ConnectorChanges;
  readonly #offsets: ConnectorOffsets;
  #wasReady = false;

  constructor(deps: ControlPlaneDeps) {
    this.#deps = deps;
    this.#changes = new ConnectorChanges(deps);
    this.#offsets = new ConnectorOffsets(deps);
  }

  cluster() {
    const { version, commit, clusterId } = this.#deps;
    return { version, commit, kafka_cluster_id: clusterId };
  }

  health() {
    if (this.#deps.ready()) {
      this.#wasReady = true;
      return { healthy: true, message: HEALTHY_MESSAGE };
    }
    const message = this.#wasReady ? 'Worker is going down. Ask another one.' : 'Worker is still starting up.';
    return { healthy: false, message };
  }

  connectors(): readonly string[] {
    return [...this.#deps.store.state().connectors.keys()].sort();
  }

  info(name: string): ConnectorInfo {
    return this.#info(name, this.#found(name).config);
  }

  status(name: string): ConnectorStatusInfo {
    this.#known(name, `No status found for connector ${name}`);
    return connectorStatus(name, this.#deps.board, this.#deps.version);
  }

  async create(name: string, config: GivenConfig, initial: TargetState): Promise<ConnectorInfo> {
    const stored = await this.#changes.create(name, config, initial);
    // Nobody can have taken it up before it was there.
    return { ...this.#info(name, stored), tasks: [] };
  }

  async put(name: string, config: GivenConfig): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }> {
    const { created, config: stored } = await this.#changes.put(name, config);
    const info = this.#info(name, stored);
    return { created, info: created ? { ...info, tasks: [] } : info };
  }

  async patch(name: string, changes: GivenConfig): Promise<ConnectorInfo> {
    return this.#info(name, await this.#changes.patch(name, changes));
  }

  /** With the group, the order is: stopped, members gone, group deleted, connector deleted. Whatever ends it before its end leaves a connector
   *  that is STOPPED, and asking again goes on from there. */
  async remove(name: string, cleanGroup: boolean): Promise<void> {
    if (cleanGroup) {
      const { config } = this.#found(name);
      const [shared] = sharedGroupProblems(name, config, this.#deps.store.state());
      if (shared !== undefined)
        throw new Refused(409, `Connector ${name} was not deleted: its group ${shared.message}`);
      await this.#changes.setTarget(name, 'STOPPED');
      const failing = `Connector ${name} is stopped and was not deleted: failed to delete its consumer group`;
      await this.#offsets.deleteGroup(groupOf(name, config), failing);
    }
    await this.#changes.remove(name);
    this.#deps.board.resetTopics(name);
  }

  async setTarget(name: string, target: TargetState): Promise<void> {
    await this.#changes.setTarget(name, target);
  }

  async restart(
    name: string,
    options: { readonly includeTasks: boolean; readonly onlyFailed: boolean },
  ): Promise<ConnectorStatusInfo> {
    const { board, store, version, check } = this.#deps;
    const { status, config } = await store.update((state) => {
      const connector = state.connectors.get(name);
      if (connector === undefined) throw new Refused(404, `Unknown connector: ${name}`);
      const order = { order: 'restart', connector: name, ...options } as const;
      const answer = { status: connectorStatus(name, board, version), config: connector.config };
      return { writes: [{ write: 'order', order }], answer };
    });
    const plain = !options.includeTasks && !options.onlyFailed;
    if (plain && check.check(config).problems.length > 0) throw new Refused(500, `Failed to start connector: ${name}`);
    return restarting(status, options);
  }

  async restartTask(name: string, task: number): Promise<void> {
    const { board, store } = this.#deps;
    await store.update((state) => {
      if (!state.connectors.has(name)) throw new Refused(404, `Unknown connector: ${name}`);
      if (!board.tasks(name).has(task)) throw new Refused(404, `Unknown task: ${name}-${task}`);
      const order = { order: 'restart-task', connector: name, task } as const;
      return { writes: [{ write: 'order', order }], answer: undefined };
    });
  }

  tasks(name: string): readonly TaskInfo[] {
    const { config } = this.info(name);
    return taskNames(name, this.#deps.board).map((id) => ({ id, config }));
  }

  taskStatus(name: string, task: number): TaskStatusInfo {
    const message = `No status found for task ${name}-${task}`;
    this.#known(name, message);
    const status = this.#deps.board.tasks(name).get(task);
    if (status === undefined) throw new Refused(404, message);
    return taskStatus(task, status);
  }

  topics(name: string): readonly string[] {
    const { board, store } = this.#deps;
    return store.state().connectors.has(name) ? board.topics(name) : [];
  }

  async resetTopics(name: string): Promise<void> {
    this.#deps.board.resetTopics(name);
  }

  offsets(name: string): Promise<readonly ConnectorOffset[]> {
    return this.#offsets.read(name);
  }

  alterOffsets(name: string, offsets: readonly ConnectorOffset[]): Promise<string> {
    return this.#offsets.alter(name, offsets);
  }

  resetOffsets(name: string): Promise<string> {
    return this.#offsets.reset(name);
  }

  plugins(): readonly PluginInfo[] {
    return this.#deps.plugins.list();
  }

  pluginConfig(plugin: string, version?: string): readonly ConfigKeyInfo[] {
    return this.#deps.plugins.keys(plugin, version);
  }

  validate(plugin: string, given: GivenConfig): ConfigInfos {
    const { check, plugins, store } = this.#deps;
    const config = asText(given);
    const included = config['connector.class'];
    if (included !== undefined && included !== plugin) {
      throw new Refused(
        400,
        `Included connector type ${shortened(included)} does not match request type ${shortened(plugin)}`,
      );
    }
    const sink = plugins.named(config);
    const { values, problems } = check.check(config);
    const name = values['name'];
    const shared = typeof name === 'string' ? sharedGroupProblems(name, config, store.state()) : [];
    return configInfos(plugin, definitionsOf(sink), config, { values, problems: [...problems, ...shared] });
  }

  loggers(): Readonly<Record<string, LoggerLevel>> {
    return this.#deps.loggers.all();
  }

  logger(name: string): LoggerLevel {
    const level = this.#deps.loggers.get(name);
    if (level === undefined) throw new Refused(404, `Logger ${name} not found.`);
    return level;
  }

  async setLogger(name: string, level: string, scope: 'worker' | 'cluster'): Promise<readonly string[] | undefined> {
    const known = levelNamed(level);
    if (known === undefined) throw new Refused(404, `invalid log level '${shortened(level)}'.`);
    if (scope === 'worker') return this.#deps.loggers.set(name, known);
    // As for one worker: where there is no such logger nothing changes, and nothing is kept.
    if (this.#deps.loggers.get(name) === undefined) return undefined;
    await this.#deps.store.update(() => ({ writes: [{ write: 'logger', name, level: known }], answer: undefined }));
    return undefined;
  }

  #info(name: string, config: StoredConfig): ConnectorInfo {
    const { board, check } = this.#deps;
    return { name, config: check.shown(config), tasks: taskNames(name, board), type: 'sink' };
  }

  #found(name: string): StoredConnector {
    return this.#known(name, `Connector ${name} not found`);
  }

  #known(name: string, otherwise: string): StoredConnector {
    const connector = this.#deps.store.state().connectors.get(name);
    if (connector === undefined) throw new Refused(404, otherwise);
    return connector;
  }
}
