/** Changes of connectors, each one decided against the newest state and written all or nothing. Whoever dies in the middle has written nothing,
 *  or everything. */
import type {
  ConfigState,
  ConfigStore,
  ConfigWrite,
  StoredConfig,
  StoredConnector,
  TargetState,
} from '../config-state.ts';
import type { GivenConfig } from '../control-plane.ts';
import { Refused } from '../refused.ts';
import { problemText } from './config-infos.ts';
import type { ConnectorCheck } from './connector-check.ts';
import { configOf, patched, sameConfig } from './given-config.ts';
import type { Plugins } from './plugins.ts';
import { sharedGroupProblems } from './reserved-names.ts';

export interface ConnectorChangesDeps {
  readonly store: Pick<ConfigStore, 'update'>;
  readonly check: Pick<ConnectorCheck, 'check'>;
  readonly plugins: Pick<Plugins, 'named'>;
}

/** Every method throws `Refused`: 404 for an unknown connector, 400 with every problem of a configuration, 500 when Kafka does not confirm. */
export class ConnectorChanges {
  constructor(private readonly deps: ConnectorChangesDeps) {}

  /** @returns the configuration as it is stored
   *  @throws Refused 409 when it is there already */
  async create(name: string, given: GivenConfig, initial: TargetState): Promise<StoredConfig> {
    const config = configOf(name, given);
    this.#assertValid(config);
    return await this.deps.store.update((state) => {
      if (state.connectors.has(name)) throw new Refused(409, `Connector ${name} already exists`);
      assertOwnGroup(name, config, state);
      // First what is wanted of it: nobody may see it STARTED in between.
      const target: readonly ConfigWrite[] = initial === 'STARTED' ? [] : [{ write: 'target', name, target: initial }];
      return { writes: [...target, { write: 'connector', name, config }], answer: config };
    });
  }

  async put(name: string, given: GivenConfig): Promise<{ readonly created: boolean; readonly config: StoredConfig }> {
    const config = configOf(name, given);
    this.#assertValid(config);
    return await this.deps.store.update((state) => {
      assertOwnGroup(name, config, state);
      const before = state.connectors.get(name);
      return { writes: writesFor(name, before, config), answer: { created: before === undefined, config } };
    });
  }

  async patch(name: string, changes: GivenConfig): Promise<StoredConfig> {
    return await this.deps.store.update((state) => {
      const before = state.connectors.get(name);
      if (before === undefined) throw new Refused(404, `Connector ${name} not found`);
      const config = patched(name, before.config, changes);
      this.#assertValid(config);
      assertOwnGroup(name, config, state);
      return { writes: writesFor(name, before, config), answer: config };
    });
  }

  async remove(name: string): Promise<void> {
    await this.deps.store.update((state) => {
      if (!state.connectors.has(name)) throw new Refused(404, `Connector ${name} not found`);
      return { writes: [{ write: 'delete', name }], answer: undefined };
    });
  }

  /** What is wanted already is not written again; to be started also means to go on with what waits for a person. */
  async setTarget(name: string, target: TargetState): Promise<void> {
    await this.deps.store.update((state) => {
      const before = state.connectors.get(name);
      if (before === undefined) throw new Refused(404, `Unknown connector ${name}`);
      const writes: ConfigWrite[] = before.target === target ? [] : [{ write: 'target', name, target }];
      if (target === 'STARTED') writes.push({ write: 'order', order: { order: 'resume', connector: name } });
      return { writes, answer: undefined };
    });
  }

  #assertValid(config: StoredConfig): void {
    this.deps.plugins.named(config);
    refuseProblems(this.deps.check.check(config).problems.map(problemText));
  }
}

function writesFor(name: string, before: StoredConnector | undefined, config: StoredConfig): readonly ConfigWrite[] {
  return before !== undefined && sameConfig(before.config, config) ? [] : [{ write: 'connector', name, config }];
}

function assertOwnGroup(name: string, config: StoredConfig, state: ConfigState): void {
  refuseProblems(sharedGroupProblems(name, config, state).map(problemText));
}

/** In the words of Kafka Connect's `AbstractHerder`, which tools look for. */
function refuseProblems(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const lines = [
    `Connector configuration is invalid and contains the following ${problems.length} error(s):`,
    ...problems,
    'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
  ];
  throw new Refused(400, lines.join('\n'));
}
