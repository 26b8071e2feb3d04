/** TCP ports of 127.0.0.1 for local services. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below every system's range for outgoing connections: a client that keeps dialling a service which is down can then never be
 *  given that service's port itself, and so connect to itself or keep the service from coming back. */
const LOWEST = 20_000;
const PAST_HIGHEST = 32_000;

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}

/** `count` different ports on which nobody listens at this moment. Another process may take one before you do: retry then. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let tries = 0; ports.size < count; tries++) {
    if (tries > 1_000) throw new Error(`no ${count} free ports between ${LOWEST} and ${PAST_HIGHEST - 1} on 127.0.0.1`);
    const port = randomInt(LOWEST, PAST_HIGHEST);
    if (!ports.has(port) && (await canListen(port))) ports.add(port);
  }
  return [...ports];
}
