/** Files and settings, before anybody is talked to: what `validate` says, and sums that cannot come out. */
import type { ParsedConnector } from '../../shared/config/connector-keys.ts';
import { ConfigError, type ConfigProblem } from '../../shared/errors.ts';
import type { Validation } from '../commands/validate.ts';
import { type Finding, type FindingCode, ok, splitAdvice, warning } from './finding.ts';

const MIB = 1024 * 1024;
const WORKER_FILE = 'the worker file, or its SPILLWAY_ variable';
/** Code of `ConfigError`. */
const INVALID = 'CONFIG_INVALID';

/** The answer of `validate` as findings. */
export function checkConnectorFile({ problems, warnings }: Validation): Finding[] {
  const where = 'the connector file';
  return [
    ...problems.map((one) => asFinding('problem', 'connector-invalid', one, where)),
    ...warnings.map((one) => asFinding('warning', 'connector-warning', one, where)),
    ...(problems.length === 0 ? [ok('connector-valid', 'every key is valid and every secret is found')] : []),
  ];
}

/** Worker settings that do not parse, or whose secrets are not found.
 *  @throws what is no ConfigError */
export function workerProblems(thrown: unknown): Finding[] {
  if (!(thrown instanceof ConfigError)) throw thrown;
  return thrown.problems.map((one) => asFinding('problem', 'worker-invalid', one, WORKER_FILE));
}

/** Worker settings that parse. */
export function checkWorker(warnings: readonly ConfigProblem[]): Finding[] {
  return [
    ...warnings.map((one) => asFinding('warning', 'worker-warning', one, WORKER_FILE)),
    ok('worker-valid', 'every setting is valid'),
  ];
}

/** What is wrong with a key; many of these sentences say themselves what to do. */
function asFinding(
  severity: 'warning' | 'problem',
  code: FindingCode,
  { key, message }: ConfigProblem,
  where: string,
): Finding {
  const [what, action] = splitAdvice(message) ?? [message, `correct ${key} in ${where}`];
  return { severity, code, message: `${key}: ${what}`, action, ...(severity === 'problem' ? { error: INVALID } : {}) };
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / MIB)} MiB`;
}

/** Whether batches as large as configured can come about within the memory budget. A batch under way counts twice: its records, and
 *  the request made of them. */
export function checkMemory(budgetBytes: number, { connector }: Pick<ParsedConnector, 'connector'>): Finding[] {
  const batchBytes = connector['batch.bytes'];
  const needed = 2 * batchBytes;
  if (needed <= budgetBytes) return [];
  return [
    warning(
      'memory-budget',
      `batch.bytes is ${mebibytes(batchBytes)}, and one such batch under way takes twice that of memory.budget.bytes, which is ${mebibytes(budgetBytes)}: batches close early and are smaller than asked for`,
      `raise memory.budget.bytes to ${needed} or more, or lower batch.bytes to ${Math.floor(budgetBytes / 2)} or less`,
    ),
  ];
}
