import { posix } from 'node:path';
import { codeOnly, type SourceFile } from './source-file.ts';

/** Answers what is wrong with a file, or undefined. */
type FileRule = (file: SourceFile) => string | undefined;

const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|config|bench|d))?\.(ts|tsx|mts|mjs|js)$/;
const VAGUE = /(^|-)(utils?|common|managers?|helpers?|misc)(-|\.)/;
const MOST_LINES = 400;

/** What belongs to the process as a whole, so that a function can be run anywhere, twice, and in a test. */
const PROCESS_WIDE: readonly [pattern: RegExp, what: string][] = [
  [/\bprocess\.env\b/, 'reads the environment'],
  [/\bprocess\.(on|once|addListener)\(/, 'installs process handlers'],
  [/\bprocess\.(exit|exitCode|abort|kill)\b/, 'ends the process'],
  [/\bprocess\.(stdout|stderr)\b|\bconsole\.\w+\(/, 'writes to the terminal'],
];

/** What a test must be able to own. */
const AMBIENT: readonly [pattern: RegExp, what: string][] = [
  [/\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b|\bprocess\.hrtime\b/, 'reads the clock'],
  [/\bset(Timeout|Interval)\b|\bnode:timers/, 'sets timers'],
  [/\bMath\.random\b|\brandom(UUID|Bytes|Int)\b/, 'draws random numbers'],
];

const isCoreOrFunction = ({ path }: SourceFile) => /^(shared|functions)\//.test(path);
const isEntryPoint = ({ path }: SourceFile) => /^functions\/[^/]+\/(main|handler)\.ts$/.test(path);

const kebabCase: FileRule = ({ path }) =>
  KEBAB_CASE.test(posix.basename(path)) ? undefined : 'file names are kebab-case';

const namedAfterConcept: FileRule = ({ path }) =>
  !path.startsWith('test/') && VAGUE.test(posix.basename(path)) ? 'a file is named after its concept' : undefined;

const short: FileRule = ({ text }) => {
  const lines = text.trimEnd().split('\n').length;
  return lines > MOST_LINES ? `has ${lines} lines, ${MOST_LINES} is the most` : undefined;
};

const processIsForEntryPoints: FileRule = (file) => {
  if (!isCoreOrFunction(file) || isEntryPoint(file)) return undefined;
  const code = codeOnly(file.text);
  const found = PROCESS_WIDE.find(([pattern]) => pattern.test(code));
  return found && `only main.ts and handler.ts may do it: ${found[1]}`;
};

const ambientComesInByConstructor: FileRule = (file) => {
  if (!isCoreOrFunction(file) || isEntryPoint(file) || file.path === 'shared/clock.ts') return undefined;
  const code = codeOnly(file.text);
  const found = AMBIENT.find(([pattern]) => pattern.test(code));
  return found && `clock, timers and randomness come in by constructor: ${found[1]}`;
};

/** Every rule by its name. */
export const FILE_RULES = {
  kebabCase,
  namedAfterConcept,
  short,
  processIsForEntryPoints,
  ambientComesInByConstructor,
} as const satisfies Record<string, FileRule>;

/** Every breach of `rule`: "path: what the rule says". */
export function fileBreaches(files: readonly SourceFile[], rule: FileRule): string[] {
  return files.flatMap((file) => {
    const breach = rule(file);
    return breach === undefined ? [] : [`${file.path}: ${breach}`];
  });
}
