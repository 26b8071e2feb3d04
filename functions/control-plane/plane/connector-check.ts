/** Whether a configuration may run in this cluster: the keys' own rules, the policy for what comes in over REST, and what the cluster keeps for
 *  itself. Everything at once, by key; the same for `validate`, for writes, and for what is stored already. */
import { checkConnector, type ParsedConnector } from '../../../shared/config/connector-keys.ts';
import { Secret, type SecretResolver, unresolvedSecrets } from '../../../shared/config/secret.ts';
import { sinkNamed } from '../../../shared/config/sink-class.ts';
import { alikafkaNameProblems } from '../../../shared/config/worker/alikafka-names.ts';
import { ConfigError, type ConfigProblem } from '../../../shared/errors.ts';
import type { SinkDefinition } from '../../../shared/sink.ts';
import type { StoredConfig } from '../config-state.ts';
import type { HostedSetup } from '../connector-host.ts';
import type { ConnectorPolicy } from '../policy/connector-policy.ts';
import { policyProblems, TOPIC_PATTERN } from '../policy/policy-problems.ts';
import { shownConfig } from '../policy/shown-config.ts';
import { reservedProblems } from './reserved-names.ts';

/** Of one connector. Each is a member of its group with connections and a status of its own: one number that is mistyped, or meant ill, must not
 *  take down every worker of the cluster, and again after each restart. */
const MOST_TASKS = 1_000;

export interface ConnectorCheckDeps {
  readonly sinks: readonly SinkDefinition[];
  readonly policy: ConnectorPolicy;
  /** Resolves what the policy lets a connector refer to, and nothing else. */
  readonly secrets: SecretResolver;
  /** `group.id` of the workers. */
  readonly groupId: string;
  readonly internalTopics: readonly string[];
  /** Managed instance whose rules names must fit. */
  readonly instanceId?: string | undefined;
}

export interface ConnectorCheckResult {
  /** There when `problems` is empty. */
  readonly setup: HostedSetup | undefined;
  /** Every key that parsed, defaults included. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
}

export class ConnectorCheck {
  constructor(private readonly deps: ConnectorCheckDeps) {}

  /** As it may be shown to whoever may see the connector. */
  shown(config: StoredConfig): StoredConfig {
    const definition = this.deps.sinks.find(({ connectorClass }) => connectorClass === config['connector.class']);
    return shownConfig(definition, config);
  }

  /** Throws nothing: problems come back as a list, and none shows a secret. */
  check(config: StoredConfig): ConnectorCheckResult {
    let definition: SinkDefinition;
    try {
      definition = sinkNamed(config['connector.class'], this.deps.sinks);
    } catch (thrown) {
      if (!(thrown instanceof ConfigError)) throw thrown;
      return { setup: undefined, values: {}, problems: thrown.problems, warnings: [] };
    }
    const refused = policyProblems(definition, config, this.deps.policy);
    // Such a pattern may not be tried, and the checks of the keys would.
    if (refused.some(({ key }) => key === TOPIC_PATTERN)) {
      return { setup: undefined, values: {}, problems: refused, warnings: [] };
    }
    const { parsed, values, problems, warnings } = checkConnector(definition, config);
    const all = [
      ...problems,
      ...refused,
      ...this.#unresolved(values, refused),
      ...(parsed === undefined ? [] : this.#clusterProblems(parsed)),
    ];
    const setup = parsed === undefined || all.length > 0 ? undefined : { definition, parsed, raw: config };
    return { setup, values, problems: all, warnings };
  }

  /** Of secrets that the policy lets through: others are not even looked up. */
  #unresolved(values: Readonly<Record<string, unknown>>, refused: readonly ConfigProblem[]): readonly ConfigProblem[] {
    const keys = new Set(refused.map(({ key }) => key));
    const allowed = Object.entries(values).filter(([, value]) => value instanceof Secret && !keys.has(value.key));
    return unresolvedSecrets(Object.fromEntries(allowed), this.deps.secrets);
  }

  #clusterProblems({ connector }: ParsedConnector): readonly ConfigProblem[] {
    const { instanceId } = this.deps;
    return [
      ...reservedProblems(connector, this.deps),
      ...tooManyTasks(connector['tasks.max']),
      ...(instanceId === undefined ? [] : alikafkaNameProblems(connector, instanceId)),
    ];
  }
}

function tooManyTasks(tasks: number): readonly ConfigProblem[] {
  if (tasks <= MOST_TASKS) return [];
  const message = `expected at most ${MOST_TASKS}, got ${tasks}; more than the topics have partitions are idle`;
  return [{ key: 'tasks.max', message }];
}
