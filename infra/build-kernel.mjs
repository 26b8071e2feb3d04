/** Compiles `shared/kernel/assembly/` to WebAssembly, into modules that hold it as text: it is found wherever our code runs from sources,
 *  from `dist/` or from a bundle, without a file to look for. Plain JavaScript, since it runs before every task. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

const ASSEMBLY = join('shared', 'kernel', 'assembly');
const GENERATED = join('shared', 'kernel', 'generated');
const OUTPUT_FILE = 'module.wasm';
const OPTIONS = ['--outFile', OUTPUT_FILE, '--runtime', 'stub', '-O3', '--converge', '--noAssert'];
/** Memory is counted in pages of 64 KiB. */
const MODULES = [
  {
    entry: 'index.ts',
    made: 'kernel-wasm.ts',
    name: 'KERNEL_WASM',
    // The host makes the memory, of this size or larger; `layout.ts` must fit in.
    options: ['--enable', 'simd', '--importMemory', '--initialMemory', '3'],
  },
  // The host lets the memory of these grow.
  { entry: 'lz4-block.ts', made: 'lz4-block-wasm.ts', name: 'LZ4_BLOCK_WASM', options: ['--initialMemory', '1'] },
  {
    entry: 'json-document.ts',
    made: 'json-document-wasm.ts',
    name: 'JSON_DOCUMENT_WASM',
    // Two pages hold what is staged but for large values.
    options: ['--enable', 'simd', '--initialMemory', '2'],
  },
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

/** Compiles what there is of them when the sources have changed since, or nothing is there.
 *  @throws Error with what the compiler said */
export async function buildKernel(root) {
  const sources = fingerprint(root);
  for (const module of MODULES) {
    if (existsSync(join(root, ASSEMBLY, module.entry))) await buildModule(root, module, sources);
  }
}

async function buildModule(root, { entry, made, name, options }, sources) {
  const file = join(root, GENERATED, made);
  if (existsSync(file) && readFileSync(file, 'utf8').includes(sources)) return;
  const { main } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await main(
    [[ASSEMBLY, entry].join('/').split(sep).join('/'), ...OPTIONS, ...options, '--baseDir', root],
    {
      writeFile: (output, contents) => {
        if (output === OUTPUT_FILE) binary = Buffer.from(contents);
      },
    },
  );
  if (error) throw new Error(`${ASSEMBLY} does not compile:\n${stderr}`, { cause: error });
  mkdirSync(dirname(file), { recursive: true });
  // Two tasks may start at once: a reader never sees half a file.
  const draft = `${file}.${process.pid}`;
  writeFileSync(
    draft,
    `// Made by infra/build-kernel.mjs of sources ${sources}.\nexport const ${name} =\n  '${binary.toString('base64')}';\n`,
  );
  renameSync(draft, file);
}
