/** The name of a worker in statuses and in its group. Pure. */
import type { WorkerConfig } from '../../shared/config/worker-keys.ts';

/** Addresses that stand for all of a machine, and so for none that others could tell it by. */
const EVERY: ReadonlySet<string> = new Set(['0.0.0.0', '[::]']);

/** `host:port`, as Kafka Connect names its workers.
 *  @param address that of its first listener, with the port that was taken: `http://127.0.0.1:8083`
 *  @param machine name of the machine */
export function advertisedId(
  worker: Pick<WorkerConfig, 'rest.advertised.host.name' | 'rest.advertised.port'>,
  address: string,
  machine: string,
): string {
  const { protocol, hostname, port } = new URL(address);
  const listened = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  const host = EVERY.has(hostname) ? machine : hostname;
  return `${worker['rest.advertised.host.name'] ?? host}:${worker['rest.advertised.port'] ?? listened}`;
}
