/** The HTTP connection to a function, wherever it runs: a request out, its whole answer back, within the time of the call. */
import type { Readable } from 'node:stream';
import { type buildConnector, type Dispatcher, errors, Pool } from 'undici';
import { bodyBuffers } from '../../../shared/body-buffers.ts';
import { SMALLEST_POOLED_BYTES } from '../../../shared/buffer-pool.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { Buffers } from '../../../shared/envelope/output-buffer.ts';
import { FatalError, FunctionTimeout, RetriableError, toError } from '../../../shared/errors.ts';
import type { RenderedRequest } from '../../../shared/rendered-request.ts';
import { type FunctionReply, HttpExchange } from './http-exchange.ts';
import type { InvokeContext } from './invoker.ts';

/** An answer names each record once; anything longer than this is not an answer. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** As undici's own. */
const CONNECT_TIMEOUT_MS = 10_000;

export interface FunctionChannelOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** True: no answer in time counts as a failure of the function. False (our own sinks): it is a target that cannot be used. */
  readonly userFunction: boolean;
  readonly clock: Clock;
  /** Where bodies of requests come from; those of the process by default. */
  readonly buffers?: Buffers | undefined;
  /** How connections are opened; by undici's own when absent. */
  readonly dial?: typeof buildConnector | undefined;
}

/** A keep-alive pool. As many calls at one time as are asked for: a request that waits in a pool would use up its time behind others. */
export class FunctionChannel {
  readonly #options: FunctionChannelOptions;
  readonly #buffers: Buffers;
  readonly #pool: Pool;

  constructor(options: FunctionChannelOptions) {
    this.#options = options;
    this.#buffers = options.buffers ?? bodyBuffers;
    const { origin, dial } = options;
    this.#pool = new Pool(origin, {
      connections: null,
      maxResponseSize: MAX_ANSWER_BYTES,
      ...(dial === undefined ? {} : { connect: dial({ timeout: CONNECT_TIMEOUT_MS }) }),
    });
  }

  /** Sends what `prepare` makes, whose body is of `buffers`: it goes back there when nobody reads it any more. The time that `prepare` takes
   *  counts.
   *  @param limit what bounds it, for messages
   *  @throws RetriableError `INVOKE_TIMEOUT` (of a user's function that may have the batch: FunctionTimeout), `TARGET_UNREACHABLE`
   *  @throws FatalError `ANSWER_TOO_LARGE`, `REQUEST_INVALID`; what `prepare` throws; the signal's reason when aborted */
  async send(
    prepare: (buffers: Buffers) => RenderedRequest | Promise<RenderedRequest>,
    { signal, timeoutMs }: Pick<InvokeContext, 'signal' | 'timeoutMs'>,
    limit = `invoke.timeout.ms=${timeoutMs}`,
  ): Promise<FunctionReply> {
    const { origin, userFunction, clock } = this.#options;
    const exchange = new HttpExchange();
    let isLate = false;
    const cancel = clock.after(timeoutMs, () => {
      isLate = true;
      exchange.giveUp(new Error('no answer in time'));
    });
    const aborted = () => exchange.giveUp(toError(signal.reason));
    signal.addEventListener('abort', aborted, { once: true });
    try {
      signal.throwIfAborted();
      const prepared = prepare(this.#buffers);
      // Until it is sent, the exchange can only be given up.
      const request = prepared instanceof Promise ? await Promise.race([prepared, exchange.reply]) : prepared;
      return await this.#exchanged(request as RenderedRequest, exchange);
    } catch (thrown) {
      if (signal.aborted) throw signal.reason;
      if (thrown instanceof RetriableError || thrown instanceof FatalError) throw thrown;
      if (isLate) {
        const kind = exchange.began && userFunction ? FunctionTimeout : RetriableError;
        throw new kind('INVOKE_TIMEOUT', `no answer from ${origin} within ${limit}`, { trouble: 'timeout' });
      }
      throw transportError(thrown, origin);
    } finally {
      cancel();
      signal.removeEventListener('abort', aborted);
    }
  }

  async #exchanged({ method, url, headers, body }: RenderedRequest, exchange: HttpExchange): Promise<FunctionReply> {
    const isPooled = body.length >= SMALLEST_POOLED_BYTES;
    let handedOver = false;
    // Asked for more once the socket has passed all of it on.
    const pooled = function* () {
      yield body;
      handedOver = true;
    };
    const options: Dispatcher.DispatchOptions = {
      method: method as Dispatcher.HttpMethod,
      path: url.slice(this.#options.origin.length),
      headers: body.length === 0 ? headers : { ...headers, 'content-length': String(body.length) },
      // Its types leave out iterables; its documentation names them (Dispatcher.md, `DispatchOptions.body`).
      body: body.length === 0 ? null : isPooled ? (pooled() as unknown as Readable) : body,
      // The caller's deadline bounds all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    this.#pool.dispatch(options, exchange);
    const reply = await exchange.reply;
    // A function may answer before it has read everything. After a failure a request may still be sending the body.
    if (handedOver) this.#buffers.giveBack(body);
    return reply;
  }

  /** Ends what is under way, too: a connection that is still being made would be waited for though nobody wants it any more. */
  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

function transportError(thrown: unknown, origin: string): Error {
  const error = toError(thrown);
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new FatalError('ANSWER_TOO_LARGE', `the answer of ${origin} is over ${MAX_ANSWER_BYTES} bytes`, {
      cause: error,
    });
  }
  if (error instanceof errors.InvalidArgumentError) {
    // A secret with a line break in it, most of all; the library names the header and not its value.
    return new FatalError('REQUEST_INVALID', `no request to ${origin} can be made of this: ${error.message}`, {
      cause: error,
      mayHeal: true,
    });
  }
  return new RetriableError('TARGET_UNREACHABLE', `cannot reach ${origin}: ${error.message}`, { cause: error });
}
