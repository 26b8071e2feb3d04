/** A TCP proxy that does to connections what networks do: slow, cut, silent, half an answer. It knows nothing of what it carries. */
import type { Socket } from 'node:net';
import { type CarriedPair, CarriedSockets } from '../../helpers/carried-sockets.ts';

export type TcpFault =
  /** Each piece of an answer comes that much later. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Connections end as soon as they are made. */
  | { readonly kind: 'refuse' }
  /** Half-open: connections are accepted, what is sent arrives nowhere, nothing comes back. Open connections too. */
  | { readonly kind: 'silent' }
  /** Requests arrive, answers do not. */
  | { readonly kind: 'no-answers' }
  /** After `bytes` bytes of an answer the connection ends. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** Instead of each piece of an answer come as many bytes without a meaning. */
  | { readonly kind: 'garbage' };

export interface TcpProxy {
  readonly port: number;
  /** Undefined: bytes pass untouched. Connections that a fault silenced are ended when it is lifted. */
  fault: TcpFault | undefined;
  /** Ends every connection; new ones are welcome. */
  cut(): void;
  close(): Promise<void>;
}

class PlainProxy implements TcpProxy {
  #fault: TcpFault | undefined;
  readonly #sockets: CarriedSockets;

  constructor(
    readonly port: number,
    targetPort: number,
  ) {
    const welcome = () => this.#fault?.kind !== 'refuse';
    this.#sockets = new CarriedSockets(port, targetPort, (pair) => this.#carry(pair), welcome);
  }

  get fault(): TcpFault | undefined {
    return this.#fault;
  }

  set fault(fault: TcpFault | undefined) {
    const before = this.#fault?.kind;
    this.#fault = fault;
    // Bytes are missing in them: they must not be read on as if nothing had happened.
    if (before === 'silent' || before === 'no-answers' || before === 'garbage') this.cut();
    if (fault?.kind === 'refuse') this.cut();
  }

  listen(): Promise<void> {
    return this.#sockets.listen();
  }

  cut(): void {
    this.#sockets.cut();
  }

  close(): Promise<void> {
    return this.#sockets.close();
  }

  #carry({ client, target, end }: CarriedPair): void {
    client.on('data', (bytes) => {
      if (this.#fault?.kind !== 'silent') target.write(bytes);
    });
    let before: Promise<void> = Promise.resolve();
    target.on('data', (bytes) => {
      before = before.then(() => this.#answer(client, bytes, end));
    });
  }

  async #answer(client: Socket, bytes: Buffer, end: () => void): Promise<void> {
    const fault = this.#fault;
    if (client.destroyed) return;
    switch (fault?.kind) {
      case undefined:
      case 'refuse':
        client.write(bytes);
        return;
      case 'latency':
        await new Promise((resolve) => setTimeout(resolve, fault.ms));
        client.write(bytes);
        return;
      case 'silent':
      case 'no-answers':
        return;
      case 'garbage':
        client.write(Buffer.alloc(bytes.length, '?!#'));
        return;
      case 'truncate':
        client.end(bytes.subarray(0, fault.bytes), end);
        return;
      default:
        return fault satisfies never;
    }
  }
}

/** Listens on `port` of 127.0.0.1 and carries every connection to `targetPort`, whether or not somebody listens there. */
export async function startTcpProxy(port: number, targetPort: number): Promise<TcpProxy> {
  const proxy = new PlainProxy(port, targetPort);
  await proxy.listen();
  return proxy;
}
