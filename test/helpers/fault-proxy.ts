/** A TCP proxy in front of one broker that reads Kafka's frames, counts requests by kind, and does to answers what a test asks for.
 *  Layout of frames: https://kafka.apache.org/protocol.html#protocol_messages; every request begins with kind, version, correlation id. */
import type { Socket } from 'node:net';
import { type CarriedPair, CarriedSockets } from './carried-sockets.ts';

/** Kinds of request that tests look at (`api_key`). */
export const Api = {
  produce: 0,
  fetch: 1,
  metadata: 3,
  offsetCommit: 8,
  findCoordinator: 10,
  joinGroup: 11,
  heartbeat: 12,
  leaveGroup: 13,
} as const;

export interface SeenRequest {
  /** Of the client, counted from 1. */
  readonly connection: number;
  readonly apiKey: number;
  readonly version: number;
  /** The client got its answer. */
  answered: boolean;
}

/** Looks at an answer before the client sees it, length prefix included: a frame to pass on, perhaps another one; `swallow`, so that it never
 *  comes; `cut`, so that the connection ends in its place. A promise delays it and what follows on that connection. */
export type Harm = (request: SeenRequest, answer: Buffer) => Buffer | 'swallow' | 'cut' | Promise<Buffer>;

export interface FaultProxy {
  readonly port: number;
  /** Connections that clients made, refused ones included. */
  readonly connections: number;
  /** In the order they came. */
  readonly requests: readonly SeenRequest[];
  requestsOf(apiKey: number): readonly SeenRequest[];
  /** Undefined: answers pass untouched. */
  harm: Harm | undefined;
  /** Ends every connection; new ones are welcome. */
  cut(): void;
  close(): Promise<void>;
}

const PREFIX_BYTES = 4;

/** Calls `onFrame` with each whole frame of a socket, prefix included. */
function eachFrame(socket: Socket, onFrame: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    while (rest.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + rest.readInt32BE(0);
      if (rest.length < end) return;
      onFrame(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  });
}

class FrameProxy implements FaultProxy {
  readonly requests: SeenRequest[] = [];
  harm: Harm | undefined;
  connections = 0;
  readonly #sockets: CarriedSockets;

  constructor(
    readonly port: number,
    targetPort: number,
  ) {
    this.#sockets = new CarriedSockets(port, targetPort, (pair) => this.#carry(pair));
  }

  listen(): Promise<void> {
    return this.#sockets.listen();
  }

  requestsOf(apiKey: number): SeenRequest[] {
    return this.requests.filter((request) => request.apiKey === apiKey);
  }

  cut(): void {
    this.#sockets.cut();
  }

  close(): Promise<void> {
    return this.#sockets.close();
  }

  #carry({ client, target: broker, end }: CarriedPair): void {
    const connection = ++this.connections;
    const waiting = new Map<number, SeenRequest>();
    let before: Promise<void> = Promise.resolve();
    eachFrame(client, (frame) => {
      const request = { connection, apiKey: frame.readInt16BE(4), version: frame.readInt16BE(6), answered: false };
      this.requests.push(request);
      waiting.set(frame.readInt32BE(8), request);
      broker.write(frame);
    });
    eachFrame(broker, (frame) => {
      const id = frame.readInt32BE(4);
      const request = waiting.get(id);
      waiting.delete(id);
      before = before.then(async () => {
        if (request === undefined || client.destroyed) return;
        const passed = (await this.harm?.(request, frame)) ?? frame;
        if (passed === 'cut') return end();
        if (passed === 'swallow') return;
        request.answered = true;
        client.write(passed);
      });
    });
  }
}

/** Listens on `port` of 127.0.0.1 and carries every connection to `targetPort`, whether or not somebody listens there. */
export async function startFaultProxy(port: number, targetPort: number): Promise<FaultProxy> {
  const proxy = new FrameProxy(port, targetPort);
  await proxy.listen();
  return proxy;
}

/** `answer` with Kafka's error code `code` in place of its own, for answers that begin with throttle time and error code: FindCoordinator from
 *  version 1, JoinGroup from 2, Heartbeat from 1. */
export function withErrorCode(answer: Buffer, code: number): Buffer {
  const changed = Buffer.from(answer);
  changed.writeInt16BE(code, PREFIX_BYTES + 4 + 4);
  return changed;
}
