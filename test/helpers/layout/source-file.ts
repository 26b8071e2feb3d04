import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** A file of ours. */
export interface SourceFile {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** One `import`, `export … from`, `import()` or `require()`; of types too. */
export interface Import {
  /** Path of the file imported when it is ours, else the module's name as written. */
  readonly target: string;
  readonly ours: boolean;
}

const ROOT = join(import.meta.dirname, '../../..');
const FOLDERS = ['shared', 'functions', 'cli', 'console', 'infra', 'test'];
const SOURCE = /\.(ts|tsx|mts|mjs|js)$/;

/** Every source file of the project but what lies in `test/fixtures`. */
export function projectFiles(): SourceFile[] {
  const present = new Set(readdirSync(ROOT));
  return FOLDERS.filter((folder) => present.has(folder)).flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
      .map((entry) =>
        posix.normalize(
          join(entry.parentPath, entry.name)
            .slice(ROOT.length + 1)
            .replaceAll('\\', '/'),
        ),
      )
      .filter((path) => !path.startsWith('test/fixtures/'))
      .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })),
  );
}

/** Strings and comments; a comment is the alternative without a quote at its beginning. */
const STRING_OR_COMMENT = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** The text without its comments. */
function withoutComments(text: string): string {
  return text.replaceAll(STRING_OR_COMMENT, (found) => (found.startsWith('/') ? ' ' : found));
}

/** The text without comments and without what quoted strings hold; templates stay, they may hold code. */
export function codeOnly(text: string): string {
  return text.replaceAll(STRING_OR_COMMENT, (found) =>
    found.startsWith('`') ? found : found.startsWith('/') ? ' ' : "''",
  );
}

const IMPORT =
  /(?:^|[\n;}])\s*(?:import|export)\s[^'"`;=()]*?from\s*['"]([^'"]+)['"]|(?:^|[\n;}])\s*import\s*['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]/g;

/** What a file imports, in the order of its text. */
export function importsOf(file: SourceFile): Import[] {
  return [...withoutComments(file.text).matchAll(IMPORT)].map((match) => {
    const name = match[1] ?? match[2] ?? match[3] ?? '';
    if (!name.startsWith('.')) return { target: name, ours: false };
    return { target: posix.normalize(posix.join(posix.dirname(file.path), name)), ours: true };
  });
}

/** The package of a module's name: `@scope/name/deep` is `@scope/name`, `node:fs/promises` is `node:fs`. */
export function packageOf(module: string): string {
  return module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/');
}
