/** The program's own surroundings: Node.js, and the optional packages that read compressed batches. */
import { CODEC_NAMES } from '../../shared/kafka/wire/codecs.ts';
import { type Finding, listed, ok, problem, warning } from './finding.ts';

/** As `engines` in package.json. */
const LEAST_NODE = [20, 19] as const;
/** The first with zstd of its own. */
const NODE_WITH_ZSTD = [22, 15] as const;

/** Packages by the codec they read. gzip comes with Node.js, lz4 with us. */
const PACKAGES = { snappy: 'snappy', zstd: '@mongodb-js/zstd' } as const;

type OptionalCodec = keyof typeof PACKAGES;

function atLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ours = 0, ourMinor = 0] = version.split('.').map(Number);
  return ours > major || (ours === major && ourMinor >= minor);
}

/** `load` imports a package, and rejects when it is not there or does not load on this platform. */
export async function checkProcess(nodeVersion: string, load: (name: string) => Promise<unknown>): Promise<Finding[]> {
  const findings = [
    atLeast(nodeVersion, LEAST_NODE)
      ? ok('node-version', `Node.js ${nodeVersion}`)
      : problem(
          'node-version',
          `Node.js ${nodeVersion} is too old`,
          `install Node.js ${LEAST_NODE.join('.')} or newer`,
        ),
  ];
  const missing: OptionalCodec[] = [];
  for (const codec of Object.keys(PACKAGES) as OptionalCodec[]) {
    if (codec === 'zstd' && atLeast(nodeVersion, NODE_WITH_ZSTD)) continue;
    try {
      await load(PACKAGES[codec]);
    } catch {
      missing.push(codec);
    }
  }
  const there = CODEC_NAMES.filter((name) => name !== 'none' && !missing.includes(name as OptionalCodec));
  findings.push(ok('codecs', `batches compressed with ${listed(there)} can be read`));
  for (const codec of missing) {
    findings.push(
      warning(
        'codec-missing',
        `the optional package ${PACKAGES[codec]} does not load: a task fails at the first batch that a producer compressed with ${codec}`,
        `npm install ${PACKAGES[codec]}, unless nobody compresses these topics with ${codec}`,
      ),
    );
  }
  return findings;
}
