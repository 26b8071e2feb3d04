import type { TargetState } from '../../../functions/control-plane/config-state.ts';
import type {
  ConnectorInfo,
  ConnectorOffset,
  ConnectorStatusInfo,
} from '../../../functions/control-plane/connect-shapes.ts';
import type { ControlPlane, GivenConfig } from '../../../functions/control-plane/control-plane.ts';
import { Refused } from '../../../functions/control-plane/refused.ts';

const WORKER = { worker_id: '127.0.0.1:8083', version: '0.1.0' } as const;

/** A control plane that knows one connector, `c1` with one task, takes what it is given, and remembers who asked for what. */
export class FakePlane implements ControlPlane {
  /** Every call that changes something, with its arguments. */
  readonly calls: unknown[][] = [];
  readonly names = ['c1'];
  healthy = true;
  /** Thrown by whatever is called next that changes something. */
  failure: unknown;

  cluster() {
    return { version: '0.1.0', commit: 'unknown', kafka_cluster_id: 'cluster' };
  }

  health() {
    return this.healthy
      ? { healthy: true, message: 'Worker has completed startup and is ready to handle requests.' }
      : { healthy: false, message: 'Worker is still starting up.' };
  }

  connectors() {
    return this.names;
  }

  info(name: string): ConnectorInfo {
    this.#assertThere(name, `Connector ${name} not found`);
    return { name, config: this.storedConfig(name), tasks: [{ connector: name, task: 0 }], type: 'sink' };
  }

  status(name: string): ConnectorStatusInfo {
    this.#assertThere(name, `No status found for connector ${name}`);
    return {
      name,
      connector: { state: 'RUNNING', ...WORKER },
      tasks: [{ id: 0, state: 'RUNNING', ...WORKER }],
      type: 'sink',
    };
  }

  async create(name: string, config: GivenConfig, initial: TargetState) {
    this.#note('create', name, config, initial);
    if (this.names.includes(name)) throw new Refused(409, `Connector ${name} already exists`);
    this.names.push(name);
    return this.info(name);
  }

  async put(name: string, config: GivenConfig) {
    this.#note('put', name, config);
    const created = !this.names.includes(name);
    if (created) this.names.push(name);
    return { created, info: this.info(name) };
  }

  async patch(name: string, changes: GivenConfig) {
    this.#note('patch', name, changes);
    return this.info(name);
  }

  async remove(name: string, cleanGroup: boolean) {
    this.#note('remove', name, cleanGroup);
    this.#assertThere(name, `Connector ${name} not found`);
    this.names.splice(this.names.indexOf(name), 1);
  }

  async setTarget(name: string, target: TargetState) {
    this.#note('setTarget', name, target);
    this.#assertThere(name, `Unknown connector ${name}`);
  }

  async restart(name: string, options: { includeTasks: boolean; onlyFailed: boolean }) {
    this.#note('restart', name, options);
    return this.status(name);
  }

  async restartTask(name: string, task: number) {
    this.#note('restartTask', name, task);
    this.#assertThere(name, `Unknown connector: ${name}`);
    if (task > 0) throw new Refused(404, `Unknown task: ${name}-${task}`);
  }

  tasks(name: string) {
    return [{ id: { connector: name, task: 0 }, config: this.info(name).config }];
  }

  taskStatus(name: string, task: number) {
    const found = this.names.includes(name) ? this.status(name).tasks[task] : undefined;
    if (found === undefined) throw new Refused(404, `No status found for task ${name}-${task}`);
    return found;
  }

  topics(name: string) {
    return this.names.includes(name) ? ['orders'] : [];
  }

  async resetTopics(name: string) {
    this.#note('resetTopics', name);
  }

  async offsets(name: string): Promise<readonly ConnectorOffset[]> {
    this.#assertThere(name, `Connector ${name} not found`);
    return [{ partition: { kafka_topic: 'orders', kafka_partition: 0 }, offset: { kafka_offset: 7 } }];
  }

  async alterOffsets(name: string, offsets: readonly ConnectorOffset[]) {
    this.#note('alterOffsets', name, offsets);
    this.#assertThere(name, `Connector ${name} not found`);
    return 'The offsets for this connector have been altered successfully';
  }

  async resetOffsets(name: string) {
    this.#note('resetOffsets', name);
    this.#assertThere(name, `Connector ${name} not found`);
    return 'The offsets for this connector have been reset successfully';
  }

  plugins() {
    return [{ class: 'file-sink', type: 'sink', version: '0.1.0' }] as const;
  }

  pluginConfig(plugin: string, version?: string) {
    this.#assertPlugin(plugin);
    if (version !== undefined && version !== '0.1.0')
      throw new Refused(400, `There is no version ${version} of ${plugin}.`);
    return [this.#key()];
  }

  validate(plugin: string, config: GivenConfig) {
    this.#assertPlugin(plugin);
    const value = {
      name: 'topics',
      value: textOf(config['topics']),
      recommended_values: [],
      errors: [],
      visible: true,
    };
    return { name: plugin, error_count: 0, groups: ['Common'], configs: [{ definition: this.#key(), value }] };
  }

  loggers() {
    return { root: { level: 'INFO', last_modified: null } };
  }

  logger(name: string) {
    if (name !== 'root') throw new Refused(404, `Logger ${name} not found.`);
    return this.loggers().root;
  }

  async setLogger(name: string, level: string, scope: 'worker' | 'cluster') {
    this.#note('setLogger', name, level, scope);
    return scope === 'worker' ? [name] : undefined;
  }

  storedConfig(name: string) {
    return { name, 'connector.class': 'file-sink', topics: 'orders' };
  }

  #note(...call: unknown[]): void {
    this.calls.push(call);
    if (this.failure !== undefined) throw this.failure;
  }

  #assertThere(name: string, message: string): void {
    if (!this.names.includes(name)) throw new Refused(404, message);
  }

  #assertPlugin(plugin: string): void {
    if (plugin !== 'file-sink') throw new Refused(404, `Unknown plugin ${plugin}.`);
  }

  #key() {
    return {
      name: 'topics',
      type: 'LIST',
      required: false,
      default_value: null,
      importance: 'HIGH',
      documentation: 'Topics.',
      group: 'Common',
      order_in_group: 1,
      width: 'LONG',
      display_name: 'Topics',
      dependents: [],
      order: 1,
    };
  }
}

function textOf(value: GivenConfig[string] | undefined): string | null {
  return value === undefined || value === null ? null : String(value);
}
