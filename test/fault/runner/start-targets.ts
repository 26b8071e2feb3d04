/** The OSS stand-in and the function, each in a process of its own and behind a proxy. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { behindProxy, tell } from './behind-proxy.ts';
import type { Closing } from './closing.ts';
import { BUCKET } from './oss-account.ts';
import type { Programs } from './program.ts';
import { serviceProcess } from './service-process.ts';
import type { FunctionTarget, OssTarget } from './world.ts';

/** What the runner needs beyond what faults may do. */
export type ClearableOss = OssTarget & { clear(): Promise<void> };

export async function startOssTarget(programs: Programs, folder: string, closing: Closing): Promise<ClearableOss> {
  const { port, proxy } = await behindProxy(closing);
  const dir = join(folder, 'oss');
  const service = serviceProcess(programs.ossProcess, [dir, String(port)], join(folder, 'oss.log'));
  closing.push(() => service.kill());
  await service.start();
  return {
    start: service.start,
    kill: service.kill,
    get pid() {
      return service.pid;
    },
    proxy,
    bucketFolder: join(dir, BUCKET),
    order: async (...faults) => {
      await tell(port, '/__faults', 'POST', faults);
    },
    clear: async () => {
      await tell(port, '/__faults', 'DELETE');
    },
  };
}

export async function startFunctionTarget(
  programs: Programs,
  folder: string,
  closing: Closing,
): Promise<FunctionTarget> {
  const { port, proxy } = await behindProxy(closing);
  const received = join(folder, 'function-received.jsonl');
  await writeFile(received, '');
  const service = serviceProcess(programs.functionProcess, [received, String(port)], join(folder, 'function.log'));
  closing.push(() => service.kill());
  await service.start();
  return {
    start: service.start,
    kill: service.kill,
    proxy,
    received,
    get pid() {
      return service.pid;
    },
    order: async (fault) => {
      await (fault === undefined ? tell(port, '/__fault', 'DELETE') : tell(port, '/__fault', 'POST', fault));
    },
  };
}
