/** What rows cost that go to MaxCompute: the sink's own client beside pyodps, whose writer is compiled, round after round in turn, on one stand-in
 *  in a process of its own, which sets the pace of uploads. Encoding is counted by CPU seconds. */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { pythonVenv } from '../../../infra/local/foreign/python-venv.ts';
import { buildMeasured, runProgram } from '../measured/run-program.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { summary } from '../report/statistics.ts';
import type { StandInPlace, UploadCost, UploadPlan } from './upload-plan.ts';

const USAGE = `npm run bench -- maxcompute [--rows N] [--blocks N] [--rounds N] [--python PATH]
  --rows    of a block
  --python  one that has pyodps; by default that of the tests`;

const KEYS = { accessId: 'LTAI5tBench', accessKey: 'secret-of-the-bench' };
const CASES = [
  { valueBytes: 100, compression: 'none' },
  { valueBytes: 1_024, compression: 'none' },
  { valueBytes: 1_024, compression: 'deflate' },
] as const;
const WAYS = ['pyodps', 'maxcompute-sink'] as const;
type Way = (typeof WAYS)[number];
const program = (name: string) => join(import.meta.dirname, '../programs', name);

/** Exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string', default: '8000' },
      blocks: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '3' },
      python: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const python = values.python ?? (await pythonOfTheTests());
  const closing: (() => Promise<void>)[] = [];
  try {
    const sources = { standIn: program('maxcompute-stand-in.ts'), upload: program('upload-rows.ts') };
    const programs = await buildMeasured('maxcompute', sources);
    closing.push(() => programs.remove());
    const standIn = await startedStandIn(programs.paths.standIn, closing);
    const upload = async (way: Way, plan: UploadPlan): Promise<UploadCost> => {
      const told = JSON.stringify(plan);
      if (way === 'maxcompute-sink') return await runProgram<UploadCost>(programs.paths.upload, [told]);
      const { stdout } = await promisify(execFile)(python, [program('upload_rows.py'), told]);
      return JSON.parse(stdout) as UploadCost;
    };
    const rows: string[][] = [];
    for (const one of CASES) {
      const costs: Record<Way, UploadCost[]> = { pyodps: [], 'maxcompute-sink': [] };
      for (let round = 1; round <= Number(values.rounds); round++) {
        for (const way of WAYS) {
          const table = `bench_${round}_${way === 'pyodps' ? 'pyodps' : 'sink'}_${one.valueBytes}_${one.compression}`;
          const sizes = { rows: Number(values.rows), blocks: Number(values.blocks) };
          const cost = await upload(way, { ...standIn.place, ...KEYS, ...one, ...sizes, table });
          await standIn.check(table, cost);
          console.error(
            `round ${round}: ${one.valueBytes} B, ${one.compression}: ${way}: ${cost.cpuSeconds.toFixed(2)} CPU-s`,
          );
          costs[way].push(cost);
        }
      }
      rows.push(...WAYS.map((way) => row(one, way, costs[way])));
    }
    console.log(`${values.blocks} blocks of ${values.rows} rows, ${values.rounds} rounds; ${machine()}\n`);
    console.log(markdownTable(HEAD, rows));
    return 0;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** @throws Error when there is none, or it lacks pyodps */
async function pythonOfTheTests(): Promise<string> {
  const venv = await pythonVenv();
  if ('missing' in venv) throw new Error(`no Python to compare with: ${venv.missing}`);
  if (venv.versions['pyodps'] === undefined) throw new Error("the tests' Python has no pyodps");
  return venv.python;
}

async function startedStandIn(program: string, closing: (() => Promise<void>)[]) {
  const dir = await mkdtemp(join(tmpdir(), 'spillway-bench-maxcompute-'));
  closing.push(() => rm(dir, { recursive: true, force: true }));
  const child = fork(program, [dir, KEYS.accessId, KEYS.accessKey], { execArgv: [] });
  closing.push(async () => {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  });
  const [place] = (await once(child, 'message')) as [StandInPlace];
  /** @throws Error when rows are missing or too many */
  const check = async (table: string, { rows }: UploadCost) => {
    const told = once(child, 'message');
    child.send(table);
    const [count] = (await told) as [number];
    if (count !== rows) throw new Error(`${table}: ${count} of ${rows} rows arrived`);
  };
  return { place, check };
}

const HEAD = [
  'Value',
  'Compression',
  'Written by',
  'encoded rows/s',
  'encoded MB/s',
  'CPU-s per million rows, uploaded',
  'uploaded rows/s',
];

/** Medians, with the least and the most. */
function row({ valueBytes, compression }: (typeof CASES)[number], way: Way, costs: readonly UploadCost[]): string[] {
  const spread = (of: (cost: UploadCost) => number, digits: number) => {
    const { median, least, most } = summary(costs.map(of));
    return `${median.toFixed(digits)} (${least.toFixed(digits)}-${most.toFixed(digits)})`;
  };
  return [
    `${valueBytes} B`,
    compression,
    way === 'pyodps' ? (costs[0]?.version ?? way) : way,
    spread((cost) => cost.rows / cost.encodeCpuSeconds, 0),
    spread((cost) => cost.bytes / 1e6 / cost.encodeCpuSeconds, 0),
    spread((cost) => (cost.cpuSeconds / cost.rows) * 1e6, 2),
    spread((cost) => cost.rows / cost.seconds, 0),
  ];
}
