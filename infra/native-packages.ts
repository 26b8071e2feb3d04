/** Native packages beside a bundle: their code looks for files next to itself, so they are copied and not bundled. Only binaries for the
 *  platform that functions run on go along, whatever the machine that builds is; nothing is fetched. Each package is optional: what is
 *  missing costs speed or a codec, and says so when it is used. */
import { existsSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';

/** How the packages name their binaries for Function Compute's built-in runtimes: Debian 10 on x86-64, glibc 2.28.
 *  Source: https://help.aliyun.com/zh/functioncompute/fc-3-0/user-guide/runtime-overview-3 */
const PLATFORM = 'linux-x64-gnu';

/** What a bundle lacks where the binary of a package is not there. */
const WITHOUT: Readonly<Record<string, string>> = {
  '@mongodb-js/zstd': 'no zstd: topics compressed by it cannot be read, nor objects and rows compressed by it written',
  '@node-rs/crc32': 'checksums of Kafka take nine times as long',
  snappy: 'no snappy: topics compressed by it cannot be read',
};

export const NATIVE_PACKAGES = Object.keys(WITHOUT);

/** A binary that is not installed on this machine. */
export interface MissingBinary {
  /** What to install, such as `@napi-rs/snappy-linux-x64-gnu@7.4.3`; `--force` lets npm take it on another platform. */
  readonly binary: string;
  /** What the function lacks without it. */
  readonly without: string;
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Copies `names`, their dependencies and their binaries from one `node_modules` to another. A package that is not installed at all counts
 *  as a missing binary, too. Resolves with what is missing. */
export async function copyNativePackages(
  names: readonly string[],
  from: string,
  to: string,
): Promise<readonly MissingBinary[]> {
  const missing: MissingBinary[] = [];
  for (const name of names) {
    const without = WITHOUT[name] ?? '';
    for (const binary of await copyPackage(name, from, to)) missing.push({ binary, without });
  }
  return missing;
}

/** Resolves with the binaries that are not there. */
async function copyPackage(name: string, from: string, to: string): Promise<string[]> {
  const source = join(from, name);
  if (!existsSync(source)) return [name];
  await cp(source, join(to, name), { recursive: true });
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
    readFileSync(join(source, 'package.json'), 'utf8'),
  ) as Manifest;
  const missing: string[] = [];
  for (const dependency of Object.keys(dependencies)) missing.push(...(await copyPackage(dependency, from, to)));
  for (const [binary, version] of Object.entries(optionalDependencies)) {
    if (!binary.endsWith(`-${PLATFORM}`)) continue;
    if (existsSync(join(from, binary))) await cp(join(from, binary), join(to, binary), { recursive: true });
    else missing.push(`${binary}@${version}`);
  }
  return missing;
}
