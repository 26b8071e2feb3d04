/** What the stored configurations of connectors come to on this worker: each is validated once, and the last valid one is kept. */
import type { ConfigProblem } from '../../../shared/errors.ts';
import type { StoredConfig, StoredConnector } from '../config-state.ts';
import type { HostedSetup } from '../connector-host.ts';

/** Throws nothing; `setup` is there when `problems` is empty. */
export type Validate = (config: StoredConfig) => {
  readonly setup: HostedSetup | undefined;
  readonly problems: readonly ConfigProblem[];
};

export interface ValidSetup {
  readonly setup: HostedSetup;
  /** Of the stored configuration that it came from. */
  readonly revision: number;
}

export interface ConnectorSetup {
  /** The last valid one; undefined where this worker never saw one. */
  readonly valid: ValidSetup | undefined;
  /** What is wrong with the stored one, for people; undefined when it is the valid one. */
  readonly problem: string | undefined;
}

export class Setups {
  readonly #known = new Map<string, ConnectorSetup & { readonly revision: number }>();

  constructor(private readonly validate: Validate) {}

  /** Validates where the stored configuration is another one than before. */
  of(connector: StoredConnector): ConnectorSetup {
    const known = this.#known.get(connector.name);
    if (known?.revision === connector.revision) return known;
    return this.#look(connector, known?.valid);
  }

  /** Validates the stored configuration once more: what it refers to may have come back, or gone. */
  lookAgain(connector: StoredConnector): void {
    this.#look(connector, this.#known.get(connector.name)?.valid);
  }

  forget(name: string): void {
    this.#known.delete(name);
  }

  #look({ name, config, revision }: StoredConnector, before: ValidSetup | undefined): ConnectorSetup {
    const { setup, problems } = this.validate(config);
    const all = setup === undefined ? problems : misnamed(name, setup);
    const found =
      setup !== undefined && all.length === 0
        ? { valid: before?.revision === revision ? before : { setup, revision }, problem: undefined, revision }
        : { valid: before, problem: describe(all), revision };
    this.#known.set(name, found);
    return found;
  }
}

/** Group and error topics follow from the name in the configuration. */
function misnamed(name: string, { parsed }: HostedSetup): readonly ConfigProblem[] {
  const given = parsed.connector.name;
  if (given === name) return [];
  return [{ key: 'name', message: `is ${given}, and the connector is ${name}: set it to ${name}, or remove it` }];
}

function describe(problems: readonly ConfigProblem[]): string {
  const lines = problems.map(({ key, message }) => `  ${key}: ${message}`);
  return `the stored configuration is not valid; tasks that run go on with the last valid one\n${lines.join('\n')}`;
}
