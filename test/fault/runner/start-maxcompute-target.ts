import { join } from 'node:path';
import { OdpsClient } from '../../../functions/maxcompute-sink/tunnel/odps-client.ts';
import { systemClock } from '../../../shared/clock.ts';
import { behindProxy, tell } from './behind-proxy.ts';
import type { Closing } from './closing.ts';
import { MAXCOMPUTE_KEYS, PROJECT } from './maxcompute-account.ts';
import type { Programs } from './program.ts';
import { serviceProcess } from './service-process.ts';
import type { MaxComputeTarget } from './world.ts';

const STATEMENT_MS = 30_000;

/** What the runner needs beyond what faults may do. */
export type ClearableMaxCompute = MaxComputeTarget & { clear(): Promise<void> };

export async function startMaxComputeTarget(
  programs: Programs,
  folder: string,
  closing: Closing,
): Promise<ClearableMaxCompute> {
  const { port, proxy } = await behindProxy(closing);
  const dir = join(folder, 'maxcompute');
  const service = serviceProcess(programs.maxcomputeProcess, [dir, String(port)], join(folder, 'maxcompute.log'));
  closing.push(() => service.kill());
  await service.start();
  const client = new OdpsClient({
    endpoint: `http://127.0.0.1:${port}/api`,
    project: PROJECT,
    credentials: async () => ({
      accessKeyId: MAXCOMPUTE_KEYS.accessId,
      accessKeySecret: MAXCOMPUTE_KEYS.accessKey,
    }),
    clock: systemClock,
    random: Math.random,
    retry: 'none',
  });
  closing.push(() => client.close());
  return {
    start: service.start,
    kill: service.kill,
    proxy,
    dir,
    order: async (...faults) => {
      await tell(port, '/__faults', 'POST', faults);
    },
    ordered: async () => (JSON.parse(await tell(port, '/__faults', 'GET')) as unknown[]).length,
    endSessions: async (how) => {
      await tell(port, '/__sessions', 'POST', how);
    },
    runSql: async (statement) => {
      await client.runSql(statement, { signal: AbortSignal.timeout(STATEMENT_MS) });
    },
    clear: async () => {
      await tell(port, '/__faults', 'DELETE');
    },
  };
}
