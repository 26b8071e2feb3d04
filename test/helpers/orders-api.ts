import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that the API got. */
export interface OrdersCall {
  readonly method: string;
  /** The order. */
  readonly id: string;
  /** Topic, partition and offset of the record that it is for. */
  readonly idempotencyKey: string;
  readonly status: number;
}

/** The HTTP API that the example functions of `docs/examples` write to. It ignores a request whose idempotency key it has seen. */
export interface OrdersApi {
  readonly url: string;
  /** Orders as they are now. */
  readonly orders: ReadonlyMap<string, unknown>;
  /** All of them, repeats included. */
  readonly calls: readonly OrdersCall[];
  close(): Promise<void>;
}

/** @param refuse a status other than 204, for a call that is refused
 *  @param before status of the first call of an order, once, which is then not done */
export async function startOrdersApi(
  refuse: (id: string) => number | undefined = () => undefined,
  before: Readonly<Record<string, number>> = {},
): Promise<OrdersApi> {
  const orders = new Map<string, unknown>();
  const seen = new Set<string>();
  const calls: OrdersCall[] = [];
  const failsOnce = new Map(Object.entries(before));
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '' } = request;
    const id = decodeURIComponent(request.url?.split('/').at(-1) ?? '');
    const idempotencyKey = String(request.headers['idempotency-key']);
    const status = failsOnce.get(id) ?? refuse(id) ?? 204;
    failsOnce.delete(id);
    if (status === 204 && !seen.has(idempotencyKey)) {
      seen.add(idempotencyKey);
      if (method === 'DELETE') orders.delete(id);
      else orders.set(id, JSON.parse(Buffer.concat(chunks).toString()));
    }
    calls.push({ method, id, idempotencyKey, status });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    orders,
    calls,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
