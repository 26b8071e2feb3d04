import { type Import, importsOf, packageOf, type SourceFile } from './source-file.ts';

/** Answers what is wrong with an import, or undefined. */
type ImportRule = (path: string, target: Import) => string | undefined;

/** Packages and Node modules that pure files may use: they compute and do no I/O. */
const PURE_PACKAGES = new Set([
  'zod',
  'p-retry',
  'yaml',
  'dot-properties',
  'node:assert',
  'node:buffer',
  'node:crypto',
  'node:events',
  'node:path',
  'node:string_decoder',
  'node:timers',
  'node:url',
  'node:util',
  'node:zlib',
]);

/** What talks to one target; the dispatcher knows envelopes and outcomes only. */
const TARGET_SDKS = /^(ali-oss|@elastic\/|@opensearch-project\/|@alicloud\/(?!fc|credentials)|odps)/;

/** Types only, so whoever imports it imports no I/O. */
const KAFKA_INTERFACE = 'shared/kafka/driver.ts';

const isPureShared = (path: string) => path.startsWith('shared/') && !path.startsWith('shared/kafka/');

function functionOf(path: string): string | undefined {
  return /^functions\/([^/]+)\//.exec(path)?.[1];
}

/** Where the parts are put together: entry points, the command line, tests, and the tools right in `infra/`. */
function isCompositionRoot(path: string): boolean {
  return /^functions\/[^/]+\/main\.ts$/.test(path) || /^(cli|test)\//.test(path) || /^infra\/[^/]+$/.test(path);
}

/** 1a. `shared/` knows nothing of ours but itself, and its pure files nothing of `shared/kafka/`. */
const sharedImportsOnlyShared: ImportRule = (path, { ours, target }) => {
  if (!path.startsWith('shared/') || !ours) return undefined;
  if (!target.startsWith('shared/')) return 'shared/ imports nothing of ours outside shared/';
  return isPureShared(path) && !isPureShared(target) && target !== KAFKA_INTERFACE
    ? 'pure files of shared/ never import shared/kafka/'
    : undefined;
};

/** 1b. Pure files use packages that do no I/O. */
const sharedDoesNoInputOutput: ImportRule = (path, { ours, target }) =>
  isPureShared(path) && !ours && !PURE_PACKAGES.has(packageOf(target))
    ? 'shared/ imports only packages that do no I/O'
    : undefined;

/** 2. A function imports `shared/`, its own folder and packages. */
const functionsStandAlone: ImportRule = (path, { ours, target }) => {
  const own = functionOf(path);
  if (own === undefined || isCompositionRoot(path) || !ours) return undefined;
  const allowed = target.startsWith('shared/') || functionOf(target) === own;
  return allowed ? undefined : 'a function imports shared/ and its own folder only';
};

/** 3. Only composition roots import functions, and (tests apart) only by handler, configuration, or the dispatcher. */
const onlyRootsImportFunctions: ImportRule = (path, { target }) => {
  const imported = functionOf(target);
  if (imported === undefined || imported === functionOf(path)) return undefined;
  if (!isCompositionRoot(path)) return 'only composition roots import functions';
  if (path.startsWith('test/') || imported === 'dispatcher' || /\/(handler|config)\.ts$/.test(target)) return undefined;
  if (target === 'functions/control-plane/main.ts') return undefined;
  return "a composition root imports a function's handler.ts or config.ts, the dispatcher, or the worker that the control plane makes";
};

/** 4. The dispatcher carries batches and knows no target. */
const dispatcherKnowsNoTarget: ImportRule = (path, { target }) =>
  functionOf(path) === 'dispatcher' && !isCompositionRoot(path) && TARGET_SDKS.test(target)
    ? 'the dispatcher never imports a target SDK'
    : undefined;

/** What runs in production never needs the local stand-ins. */
const localServicesStayOutside: ImportRule = (path, { target }) =>
  target.startsWith('infra/') && /^(shared|functions)\//.test(path)
    ? 'shared/ and functions/ never import infra/'
    : undefined;

/** Tests stay tests. */
const nothingImportsTests: ImportRule = (path, { target }) =>
  target.startsWith('test/') && !path.startsWith('test/') ? 'only tests import from test/' : undefined;

/** Every rule by its name. */
export const IMPORT_RULES = {
  sharedImportsOnlyShared,
  sharedDoesNoInputOutput,
  functionsStandAlone,
  onlyRootsImportFunctions,
  dispatcherKnowsNoTarget,
  localServicesStayOutside,
  nothingImportsTests,
} as const satisfies Record<string, ImportRule>;

/** Every breach of `rule`: "path imports target: what the rule says". */
export function importBreaches(files: readonly SourceFile[], rule: ImportRule): string[] {
  return files.flatMap((file) =>
    importsOf(file).flatMap((imported) => {
      const breach = rule(file.path, imported);
      return breach === undefined ? [] : [`${file.path} imports ${imported.target}: ${breach}`];
    }),
  );
}
