import { freePorts } from '../../../infra/local/supervise/ports.ts';
import type { Closing } from './closing.ts';
import { startTcpProxy } from './tcp-proxy.ts';

/** A port for a target, and a proxy that leads there. */
export async function behindProxy(closing: Closing) {
  const [port = 0, proxyPort = 0] = await freePorts(2);
  const proxy = await startTcpProxy(proxyPort, port);
  closing.push(() => proxy.close());
  return { port, proxy };
}

/** Asks a target something, past its proxy. Answers the text of its reply.
 *  @throws Error when the target refuses it */
export async function tell(port: number, path: string, method: string, body?: unknown): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text;
}
