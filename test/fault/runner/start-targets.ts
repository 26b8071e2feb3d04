/** The two targets, each in a process of its own and behind a proxy. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../../../infra/local/supervise/ports.ts';
import type { Closing } from './closing.ts';
import { BUCKET } from './oss-account.ts';
import type { Programs } from './program.ts';
import { serviceProcess } from './service-process.ts';
import { startTcpProxy } from './tcp-proxy.ts';
import type { FunctionTarget, OssTarget } from './world.ts';

async function behindProxy(closing: Closing) {
  const [port = 0, proxyPort = 0] = await freePorts(2);
  const proxy = await startTcpProxy(proxyPort, port);
  closing.push(() => proxy.close());
  return { port, proxy };
}

/** @throws Error when the target refuses the order */
async function tell(port: number, path: string, method: string, body?: unknown): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}

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
    order: (...faults) => tell(port, '/__faults', 'POST', faults),
    clear: () => tell(port, '/__faults', 'DELETE'),
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
    order: (fault) => (fault === undefined ? tell(port, '/__fault', 'DELETE') : tell(port, '/__fault', 'POST', fault)),
  };
}
