/** What `spillway doctor` has to say, one finding at a time. */

/** Stable, explained in `docs/doctor.md`; programs branch on them. */
export const FINDING_CODES = [
  'node-version',
  'codecs',
  'codec-missing',
  'worker-valid',
  'worker-warning',
  'worker-invalid',
  'connector-valid',
  'connector-warning',
  'connector-invalid',
  'memory-budget',
  'bootstrap-reachable',
  'bootstrap-unreachable',
  'kafka-protocol',
  'kafka-authentication',
  'kafka-tls',
  'kafka-refused',
  'kafka-cluster',
  'advertised-reachable',
  'advertised-unreachable',
  'alikafka-instance',
  'alikafka-endpoint',
  'alikafka-unreachable',
  'alikafka-credentials',
  'alikafka-rights',
  'alikafka-refused',
  'alikafka-statement',
  'alikafka-name',
  'alikafka-topic',
  'alikafka-topic-limit',
  'alikafka-group',
  'check-failed',
  'sources',
  'sources-none',
  'source-missing',
  'source-refused',
  'source-leaderless',
  'tasks-idle',
  'start-before-retention',
  'start-in-future',
  'settings-unknown',
  'error-topic',
  'error-topic-absent',
  'error-topic-missing',
  'error-topic-refused',
  'error-topic-compacted',
  'error-topic-size',
  'error-topic-replicas',
  'error-topic-unused',
  'right-missing',
  'right-unknown',
  'group-state',
  'group-active',
  'group-foreign',
  'group-refused',
  'group-metadata',
  'position-start',
  'position-resumed',
  'position-added',
  'position-gap',
  'position-past-end',
  'position-stopped',
  'oss-reached',
  'oss-unreachable',
  'oss-clock',
  'oss-credentials',
  'oss-temporary',
  'oss-bucket',
  'oss-rights',
  'oss-versioning',
  'oss-write',
  'oss-refused',
  'elasticsearch-server',
  'elasticsearch-unreachable',
  'elasticsearch-credentials',
  'elasticsearch-rights',
  'elasticsearch-refused',
  'elasticsearch-bulk-bytes',
  'elasticsearch-target',
  'elasticsearch-target-missing',
  'elasticsearch-target-differs',
  'maxcompute-table',
  'maxcompute-mode',
  'maxcompute-guarantee',
  'maxcompute-tunnel',
  'maxcompute-unreachable',
  'maxcompute-credentials',
  'maxcompute-rights',
  'maxcompute-table-missing',
  'maxcompute-table-unfit',
  'maxcompute-refused',
  'fc-reached',
  'fc-unreachable',
  'fc-clock',
  'fc-credentials',
  'fc-rights',
  'fc-function',
  'fc-function-missing',
  'fc-timeout',
  'fc-async',
  'fc-refused',
  'http-reached',
  'http-unreachable',
  'http-tls',
  'module-found',
  'module-missing',
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

/** `problem`: something would fail. `warning`: it would work, but perhaps not as meant. */
export type Severity = 'ok' | 'warning' | 'problem';

export interface Finding {
  readonly severity: Severity;
  readonly code: FindingCode;
  /** One sentence, without a secret and without anything that differs from run to run. */
  readonly message: string;
  /** What to do. Every warning and problem has one. */
  readonly action?: string;
  /** Code of the error behind it, as `docs/errors.md` lists it. */
  readonly error?: string;
}

/** Findings about one thing, under its title. */
export interface Section {
  readonly title: string;
  /** Name of the connector it is about; absent for what all share. */
  readonly connector?: string;
  readonly findings: readonly Finding[];
}

export function ok(code: FindingCode, message: string): Finding {
  return { severity: 'ok', code, message };
}

export function warning(code: FindingCode, message: string, action: string): Finding {
  return { severity: 'warning', code, message, action };
}

/** `error` is the code of the error that `run` would end with, where it is known. */
export function problem(code: FindingCode, message: string, action: string, error?: string): Finding {
  return { severity: 'problem', code, message, action, ...(error === undefined ? {} : { error }) };
}

/** Where advice begins in the messages of this project: after the last `; `, or after a colon. */
const ADVICE = /: (?=(?:set|check|grant|put|give|renew|use|correct|look|reach|create|install)\b)/;

/** A problem or warning out of an error's message: what was wrong, and what to do. Numbers that services give to each request are left
 *  out, so that two runs say the same. */
export function fromError(
  severity: 'warning' | 'problem',
  code: FindingCode,
  { code: error, message }: { readonly code: string; readonly message: string },
): Finding {
  const steady = message.replace(/ \(request [^)]*\)/g, '');
  const [what, action] = splitAdvice(steady) ?? [steady, `see docs/errors.md for ${error}`];
  return { severity, code, message: what, action, error };
}

/** What is wrong and what to do; `undefined` when a sentence does not say. */
export function splitAdvice(sentence: string): readonly [what: string, action: string] | undefined {
  const colon = ADVICE.exec(sentence);
  if (colon !== null) return [sentence.slice(0, colon.index), sentence.slice(colon.index + 2)];
  const last = sentence.lastIndexOf('; ');
  return last < 0 ? undefined : [sentence.slice(0, last), sentence.slice(last + 2)];
}

/** `3 topics`, `1 topic`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

const SHOWN = 8;

/** Names in a row, the first ones of many. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(', ');
  return names.length <= SHOWN ? shown : `${shown} and ${names.length - SHOWN} more`;
}
