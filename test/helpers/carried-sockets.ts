/** The sockets of a proxy: pairs that end together, behind one listening port. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A client that came, and its way on. */
export interface CarriedPair {
  readonly client: Socket;
  readonly target: Socket;
  /** Ends both. */
  end(): void;
}

export class CarriedSockets {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** @param targetPort of 127.0.0.1, whether or not somebody listens there
   *  @param carry called with each connection; false from `welcome` ends one as soon as it is made */
  constructor(
    readonly port: number,
    targetPort: number,
    carry: (pair: CarriedPair) => void,
    welcome: () => boolean = () => true,
  ) {
    this.#server = createServer((client) => {
      if (welcome()) carry(this.#pair(client, connect(targetPort, '127.0.0.1')));
      else client.destroy();
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Ends every connection; new ones are welcome. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  #pair(client: Socket, target: Socket): CarriedPair {
    const end = () => {
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      // An error is always followed by `close`.
      socket
        .on('error', () => undefined)
        .on('close', () => {
          this.#sockets.delete(socket);
          end();
        });
    }
    return { client, target, end };
  }
}
