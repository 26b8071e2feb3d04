/** One request over undici and its whole answer, by the library's lowest interface: its streams, signals and promises of an answer that is
 *  read at once anyway cost more than all the rest of a small call. */
import type { Dispatcher } from 'undici';

/** An answer of whatever status. Names of headers are in lower case. */
export interface FunctionReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export class HttpExchange implements Dispatcher.DispatchHandler {
  /** Settles once: with the answer, with what the network said, or with the reason for which it was given up. */
  readonly reply: Promise<FunctionReply>;
  #resolve: (reply: FunctionReply) => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #givenUp: Error | undefined;
  #status = 0;
  #headers: FunctionReply['headers'] = {};
  readonly #chunks: Buffer[] = [];

  constructor() {
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // It may be given up before anybody waits for it.
    this.reply.catch(() => undefined);
  }

  /** Whether a connection stood and the request began to go out: from then on the other side may have it. */
  get began(): boolean {
    return this.#controller !== undefined;
  }

  /** Nobody waits for it any more. What the other side does with it goes on. */
  giveUp(reason: Error): void {
    this.#givenUp ??= reason;
    this.#reject(reason);
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#givenUp !== undefined) {
      controller.abort(this.#givenUp);
      return;
    }
    this.#controller = controller;
  }

  onResponseStart(_: unknown, status: number, headers: FunctionReply['headers']): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first] = this.#chunks;
    const body = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    this.#resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_: unknown, error: Error): void {
    this.#reject(error);
  }
}
