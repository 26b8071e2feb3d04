/** Compiles `shared/kernel/assembly/` to WebAssembly, into a module that holds it as text: it is found wherever our code runs from sources,
 *  from `dist/` or from a bundle, without a file to look for. Plain JavaScript, since it runs before every task. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

const ASSEMBLY = join('shared', 'kernel', 'assembly');
const GENERATED = join('shared', 'kernel', 'generated', 'kernel-wasm.ts');
const OUTPUT_FILE = 'kernel.wasm';
/** Of 64 KiB. The module's memory has this size and no other; `layout.ts` must fit in. */
const MEMORY_PAGES = '3';
const OPTIONS = [
  ...['--outFile', OUTPUT_FILE],
  ...['--enable', 'simd'],
  ...['--runtime', 'stub'],
  ...['--initialMemory', MEMORY_PAGES, '--maximumMemory', MEMORY_PAGES],
  ...['-O3', '--converge', '--noAssert'],
];

/** Of everything that decides what comes out. */
function fingerprint(root) {
  const hash = createHash('sha256').update(readFileSync(import.meta.filename));
  hash.update(readFileSync(join(root, 'node_modules', 'assemblyscript', 'package.json')));
  for (const name of readdirSync(join(root, ASSEMBLY)).sort()) {
    hash.update(name).update(readFileSync(join(root, ASSEMBLY, name)));
  }
  return hash.digest('hex');
}

/** Compiles when the sources have changed since, or nothing is there.
 *  @throws Error with what the compiler said */
export async function buildKernel(root) {
  const file = join(root, GENERATED);
  const sources = fingerprint(root);
  if (existsSync(file) && readFileSync(file, 'utf8').includes(sources)) return;
  const { main } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await main(
    [join(ASSEMBLY, 'index.ts').split(sep).join('/'), ...OPTIONS, '--baseDir', root],
    {
      writeFile: (name, contents) => {
        if (name === OUTPUT_FILE) binary = Buffer.from(contents);
      },
    },
  );
  if (error) throw new Error(`${ASSEMBLY} does not compile:\n${stderr}`, { cause: error });
  mkdirSync(dirname(file), { recursive: true });
  // Two tasks may start at once: a reader never sees half a file.
  const draft = `${file}.${process.pid}`;
  writeFileSync(
    draft,
    `// Made by infra/build-kernel.mjs of sources ${sources}.\nexport const KERNEL_WASM =\n  '${binary.toString('base64')}';\n`,
  );
  renameSync(draft, file);
}
