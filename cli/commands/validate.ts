/** `spillway validate CONNECTOR-FILE`: every problem at once, by key. Talks to nobody. */
import { connectorNotes } from '../../shared/config/connector/notes.ts';
import { checkConnector } from '../../shared/config/connector-keys.ts';
import type { RawConfig } from '../../shared/config/parse.ts';
import { type SecretResolver, unresolvedSecrets } from '../../shared/config/secret.ts';
import { sinkNamed } from '../../shared/config/sink-class.ts';
import { alikafkaNameProblems } from '../../shared/config/worker/alikafka-names.ts';
import { ConfigError, type ConfigProblem } from '../../shared/errors.ts';
import type { SinkDefinition } from '../../shared/sink.ts';
import { readConnectorFile } from '../connector-file.ts';
import { tableFor } from '../from-connect/translate.ts';

export interface Validation {
  readonly file: string;
  readonly valid: boolean;
  /** `name` and `connector.class` as the file gives them, where it does. */
  readonly name?: string;
  readonly connectorClass?: string;
  /** Under the configuration key, or under the file's path when the file itself is the problem. */
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
  /** Of a valid one: what it asks of its target, which was not looked at. */
  readonly notes: readonly ConfigProblem[];
}

/** The sink that a raw configuration names.
 *  @throws ConfigError under `connector.class` that lists the known ones */
export function sinkOf(raw: RawConfig, sinks: readonly SinkDefinition[]): SinkDefinition {
  const connect = tableFor(raw['connector.class']);
  if (connect === undefined) return sinkNamed(raw['connector.class'], sinks);
  const message = `is the ${connect.title} of Kafka Connect; spillway validate --from-connect FILE translates it`;
  throw new ConfigError([{ key: 'connector.class', message }]);
}

/** Shared keys of a connector whose sink is not known: what can be said of it anyway. */
function sharedProblems(raw: RawConfig, sinks: readonly SinkDefinition[]): readonly ConfigProblem[] {
  const [any] = sinks;
  if (any === undefined) return [];
  const defaults = { ...any.defaults, invokeTarget: 'in-process' } as const;
  const stub: SinkDefinition = {
    ...any,
    keys: {},
    checks: [],
    defaults,
    userFunction: false,
    keyConverter: () => 'string',
    valueConverter: () => 'string',
  };
  return checkConnector(stub, raw).problems.filter(({ key }) => key !== 'connector.class');
}

function checkRaw(
  raw: RawConfig,
  sinks: readonly SinkDefinition[],
  secrets: SecretResolver,
  instanceId: string | undefined,
) {
  let sink: SinkDefinition;
  try {
    sink = sinkOf(raw, sinks);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problems: [...error.problems, ...sharedProblems(raw, sinks)], warnings: [], notes: [] };
  }
  const { parsed, problems, warnings, values } = checkConnector(sink, raw);
  const notes =
    parsed === undefined
      ? []
      : [...(sink.notes?.(parsed.sink) ?? []), ...connectorNotes(parsed.connector, sink.userFunction)];
  const names =
    parsed === undefined || instanceId === undefined ? [] : alikafkaNameProblems(parsed.connector, instanceId);
  return { problems: [...problems, ...names, ...unresolvedSecrets(values, secrets)], warnings, notes };
}

/** Checks a connector file as `run` would before it starts, secret references included. What is wrong with the file is in the
 *  answer, never thrown.
 *  @param instanceId managed instance whose rules names must fit, where there is one */
export function validateFile(
  path: string,
  sinks: readonly SinkDefinition[],
  secrets: SecretResolver,
  instanceId?: string,
): Validation {
  let raw: RawConfig;
  try {
    raw = readConnectorFile(path);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { file: path, valid: false, problems: error.problems, warnings: [], notes: [] };
  }
  return validateRaw(path, raw, sinks, secrets, instanceId);
}

/** As `validateFile`, for what a file says. `file` is what the answer calls it. */
export function validateRaw(
  file: string,
  raw: RawConfig,
  sinks: readonly SinkDefinition[],
  secrets: SecretResolver,
  instanceId?: string,
): Validation {
  const { problems, warnings, notes } = checkRaw(raw, sinks, secrets, instanceId);
  const { name, 'connector.class': connectorClass } = raw;
  return {
    file,
    valid: problems.length === 0,
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof connectorClass === 'string' ? { connectorClass } : {}),
    problems,
    warnings,
    notes,
  };
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** The answer as text: a line of summary, then a line a problem and a warning; or as JSON. Ends with a line break. */
export function formatValidation(validation: Validation, asJson: boolean): string {
  if (asJson) return `${JSON.stringify(validation, null, 2)}\n`;
  const { file, problems, warnings, notes } = validation;
  const summary = `${file}: ${problems.length === 0 ? 'valid' : counted(problems.length, 'problem')}`;
  const lines = [
    warnings.length === 0 ? summary : `${summary}, ${counted(warnings.length, 'warning')}`,
    ...problems.map(({ key, message }) => `  problem  ${key}: ${message}`),
    ...warnings.map(({ key, message }) => `  warning  ${key}: ${message}`),
    ...notes.map(({ key, message }) => `  note     ${key}: ${message}`),
  ];
  return `${lines.join('\n')}\n`;
}
