/** What an invocation of Function Compute costs: the invoker's own client beside both official SDKs, round after round in turn, against a
 *  target in a process of its own that answers at once. The target sets the pace of large bodies; the client's own work is its CPU time. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Measured } from '../measured/measure.ts';
import { buildMeasured, runProgram } from '../measured/run-program.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { summary } from '../report/statistics.ts';
import { startTarget } from '../target.ts';
import { CLIENTS, type InvocationPlan, type InvokingClient } from './invocation-plan.ts';

const USAGE = `npm run bench -- fc [--calls N] [--large-calls N] [--concurrency N] [--rounds N]
  --calls        of 1 KB, a round and client
  --large-calls  of 1 MB`;

const KIB = 1024;
const MIB = 1024 * KIB;
const program = (name: string) => join(import.meta.dirname, '../programs', name);

/** Exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      calls: { type: 'string', default: '20000' },
      'large-calls': { type: 'string', default: '1000' },
      concurrency: { type: 'string', default: '16' },
      rounds: { type: 'string', default: '3' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const cases = [
    { payload: '1 KB', bytes: KIB, calls: Number(values.calls) },
    { payload: '1 MB', bytes: MIB, calls: Number(values['large-calls']) },
  ];
  const closing: (() => Promise<void>)[] = [];
  try {
    const sources = { target: program('counting-target.ts'), invoke: program('invoke-function.ts') };
    const programs = await buildMeasured('fc', sources);
    closing.push(() => programs.remove());
    const target = await startTarget(programs.paths.target);
    closing.push(() => target.stop());
    const { endpoint } = target;
    const invoke = async (client: InvokingClient, { bytes, calls }: (typeof cases)[number]): Promise<Measured> => {
      const plan: InvocationPlan = { client, endpoint, bytes, calls, concurrency: Number(values.concurrency) };
      await target.counts();
      const foreign = client.startsWith('@');
      const measured = await runProgram<Measured>(programs.paths.invoke, [JSON.stringify(plan)], { foreign });
      const { requests } = await target.counts();
      if (requests < calls) throw new Error(`${client}: ${requests} of ${calls} calls arrived`);
      return measured;
    };
    const rows: string[][] = [];
    for (const one of cases) {
      const measured = new Map<InvokingClient, Measured[]>(CLIENTS.map((client) => [client, []]));
      for (let round = 1; round <= Number(values.rounds); round++) {
        for (const client of CLIENTS) {
          const result = await invoke(client, one);
          console.error(`round ${round}: ${one.payload}: ${client}: ${perSecond(result).toFixed(0)}/s`);
          measured.get(client)?.push(result);
        }
      }
      for (const client of CLIENTS) rows.push(row(one.payload, client, measured.get(client) ?? []));
    }
    const { calls, concurrency, rounds } = values;
    console.log(
      `${calls} calls of 1 KB, ${values['large-calls']} of 1 MB, ${concurrency} at one time, ${rounds} rounds; ${machine()}\n`,
    );
    console.log(markdownTable(HEAD, rows));
    return 0;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

const HEAD = ['Body', 'Client', 'invocations/s', 'CPU ms an invocation', 'peak RSS MB'];

function perSecond({ records, seconds }: Measured): number {
  return records / seconds;
}

/** Medians, with the least and the most. */
function row(payload: string, client: InvokingClient, results: readonly Measured[]): string[] {
  const spread = (of: (result: Measured) => number, digits: number) => {
    const { median, least, most } = summary(results.map(of));
    return `${median.toFixed(digits)} (${least.toFixed(digits)}-${most.toFixed(digits)})`;
  };
  return [
    payload,
    client,
    spread(perSecond, 0),
    spread(({ cpuSeconds, records }) => (cpuSeconds / records) * 1e3, 3),
    summary(results.map(({ peakRssBytes }) => peakRssBytes / 1e6)).median.toFixed(0),
  ];
}
