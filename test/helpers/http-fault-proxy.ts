/** An HTTP proxy in front of a server that cannot be told to fail: it asks for a user's name and password, as proxies do, and does to
 *  requests what a test orders. Everything else passes as it is. */
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export type HttpFault =
  /** Answers with this and passes nothing on. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Passes the request on; when it is answered the connection ends in place of the answer. */
  | { readonly kind: 'drop-after-write' }
  /** Neither passes it on nor answers. */
  | { readonly kind: 'hang' };

export interface HttpFaultProxy {
  readonly url: string;
  /** Requests that befell a fault so far. */
  readonly faults: number;
  /** For the next request whose path ends so. Several are served in the order in which they were ordered. */
  order(pathEnd: string, fault: HttpFault): void;
  close(): Promise<void>;
}

export interface HttpFaultProxyOptions {
  /** Without a path. */
  readonly target: string;
  /** Requests without these are answered with 401. */
  readonly user?: { readonly name: string; readonly password: string };
}

class BasicProxy implements HttpFaultProxy {
  faults = 0;
  readonly #server = createServer((incoming, response) => {
    // A client that goes away in the middle is no failure here.
    this.#serve(incoming, response).catch(() => response.destroy());
  });
  readonly #agent = new Agent({ keepAlive: true });
  readonly #orders: { readonly pathEnd: string; readonly fault: HttpFault }[] = [];
  readonly #authorization: string | undefined;

  constructor(private readonly options: HttpFaultProxyOptions) {
    const { user } = options;
    this.#authorization = user && `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  order(pathEnd: string, fault: HttpFault): void {
    this.#orders.push({ pathEnd, fault });
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    if (this.#authorization !== undefined && incoming.headers.authorization !== this.#authorization) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="proxy"' }).end('Unauthorized');
      return;
    }
    const fault = this.#take(incoming.url ?? '');
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'status') {
      response.writeHead(fault.status, fault.headers).end(fault.body);
      return;
    }
    const answer = await this.#pass(incoming, body);
    const text = await buffer(answer);
    if (fault?.kind === 'drop-after-write') response.destroy();
    else response.writeHead(answer.statusCode ?? 502, answer.headers).end(text);
  }

  #take(url: string): HttpFault | undefined {
    const path = url.replace(/\?.*/s, '');
    const index = this.#orders.findIndex(({ pathEnd }) => path.endsWith(pathEnd));
    if (index < 0) return undefined;
    this.faults++;
    return this.#orders.splice(index, 1)[0]?.fault;
  }

  async #pass({ method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { authorization: _, 'transfer-encoding': __, ...others } = headers;
    const passed = request(`${this.options.target}${url}`, {
      ...(method === undefined ? {} : { method }),
      agent: this.#agent,
      headers: { ...others, 'content-length': body.length },
    });
    passed.end(body);
    const [answer] = (await once(passed, 'response')) as [IncomingMessage];
    return answer;
  }
}

/** Listens on a free port of 127.0.0.1. */
export async function startHttpFaultProxy(options: HttpFaultProxyOptions): Promise<HttpFaultProxy> {
  const proxy = new BasicProxy(options);
  await proxy.listen();
  return proxy;
}
