/** A stand-in for Function Compute on this machine: invocations by both generations of the interface, as strict as the service, of functions
 *  that run in processes of their own, with faults to order.
 *
 *  Where it differs: of the interfaces it has InvokeFunction, GetFunction and GetAsyncInvokeConfig only; functions are set in code or over HTTP (`admin.ts`) and are
 *  not kept when it ends, queued asynchronous calls are. One account, no policies: whoever has a key may do everything. All qualifiers run the
 *  same code. The runtimes are the node that runs the stand-in and the `python3` of this machine; layers, HTTP triggers and custom runtimes are
 *  not there. A function sees the machine's own files and network. An instance is not frozen between calls, and idle ones end after two
 *  minutes. More than one call at once in an instance is allowed for every runtime. The memory limit is that of the heap, and on Linux
 *  that of the process, looked at ten times a second. At most four asynchronous calls of a function run at once. Destinations are functions of
 *  this server. A nonce, and a `Content-MD5` that is not the body's, are checked though the service is not known to. Where the service's code or
 *  words of an error are not documented, they are a guess, marked in `errors.ts`: clients go by the status. */
import { setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { type Logger, silentLogger } from '../../../shared/logger.ts';
import { answerAdmin, isAdminRequest } from './admin.ts';
import { AsyncJournal } from './async-journal.ts';
import { AsyncQueue } from './async-queue.ts';
import { bookedRun } from './booked-run.ts';
import { Faults, type FcFaultOrder } from './faults.ts';
import type { FcCredential, FcFunction } from './function-definition.ts';
import { FunctionRegistry } from './function-registry.ts';
import { handleRequest } from './handle-request.ts';
import { type FcInvocation, InvocationLog } from './invocation-log.ts';
import { NonceMemory } from './nonce-memory.ts';
import type { FcService } from './service.ts';

export type { FcFaultOrder } from './faults.ts';
export type { FcCredential, FcFunction } from './function-definition.ts';
export type { FcInvocation } from './invocation-log.ts';

/** How to start a stand-in. */
export interface FcServerOptions {
  /** Folder for logs and queued calls, made when missing. Calls that a server left there unsettled go on. */
  readonly dir: string;
  /** A free one when absent. */
  readonly port?: number;
  readonly credentials: readonly FcCredential[];
  /** `1000000000000000` by default. */
  readonly accountId?: string;
  /** `cn-hangzhou` by default. */
  readonly region?: string;
  readonly functions: readonly FcFunction[];
  /** Epoch ms; the machine's clock by default. */
  readonly clock?: () => number;
  /** Before an asynchronous call is run again; the service's 500 by default. */
  readonly retryBackoffMs?: number;
  /** For faults that are not certain; `Math.random` by default. */
  readonly random?: () => number;
  readonly logger?: Logger;
}

/** A running stand-in. */
export interface FcServer {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly port: number;
  readonly accountId: string;
  readonly region: string;
  /** Adds a function, or replaces it: new instances from then on.
   *  @throws Error naming everything that the service would refuse */
  setFunction(fn: FcFunction): void;
  /** From now on these keys may sign, and no others. */
  setCredentials(credentials: readonly FcCredential[]): void;
  /** Orders a fault for the next that match; orders add up.
   *  @throws Error when the order is not a fault */
  setFault(order: FcFaultOrder): void;
  clearFaults(): void;
  /** What ran of a function, and what was refused, oldest first. */
  invocations(name: string): readonly FcInvocation[];
  /** Resolves when no asynchronous call of it, or of any function, is queued or under way. */
  asyncSettled(name?: string): Promise<void>;
  /** Kills its processes with SIGKILL and answers how many. */
  killInstances(name: string): number;
  /** Ends all instances and connections, hanging ones too, and stops listening. */
  close(): Promise<void>;
}

const BACKOFF_MS = 500;
const IDLE_CONNECTION_MS = 60_000;

/** Starts the stand-in on 127.0.0.1. Resolves when it listens.
 *  @throws Error when the port is taken, the folder cannot be written, or a function is not as the service would take it */
export async function startFc(options: FcServerOptions): Promise<FcServer> {
  const { accountId = '1000000000000000', region = 'cn-hangzhou', clock = Date.now, logger = silentLogger } = options;
  const dir = resolve(options.dir);
  const account = { accountId, region };
  const closing = new AbortController();
  // Every delayed or hanging request listens to it.
  setMaxListeners(0, closing.signal);
  let credentials = options.credentials;
  const registry = new FunctionRegistry({ account, logDir: join(dir, 'logs'), clock, closing: closing.signal });
  for (const fn of options.functions) registry.set(fn);
  const faults = new Faults(options.random ?? Math.random);
  const invocations = new InvocationLog();
  const run = bookedRun({ account, faults, invocations, clock });
  const functionOf = (name: string) => registry.get(name)?.fn;
  const queue = new AsyncQueue({
    ...{ account, functionOf, clock, logger, closing: closing.signal },
    journal: new AsyncJournal(join(dir, 'async-calls.jsonl'), clock()),
    backoffMs: options.retryBackoffMs ?? BACKOFF_MS,
    run: ({ function: name, event, requestId, qualifier, taskId }, attempt) => {
      const served = registry.find({ name, service: undefined, qualifier });
      return run({ served, event, requestId, qualifier, mode: 'async', taskId, attempt });
    },
  });
  const service: FcService = {
    ...{ account, registry, queue, faults, invocations, run, clock, logger, closing: closing.signal },
    nonces: new NonceMemory(),
    credentials: () => credentials,
  };
  const setFunction = (order: unknown): void => queue.functionSet(registry.set(order).name);

  // A function may take longer than node's default of five minutes.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: IDLE_CONNECTION_MS }, (message, response) => {
    if (isAdminRequest(message)) void answerAdmin(message, response, service, { setFunction });
    else void handleRequest(message, response, service);
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(options.port ?? 0, '127.0.0.1', done);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in listens on no TCP port');
  const { port } = address;
  logger.info({ port, dir, region }, 'Function Compute stand-in listens');
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    accountId,
    region,
    setFunction,
    setCredentials: (next) => {
      credentials = next;
    },
    setFault: (order) => {
      faults.add(order);
    },
    clearFaults: () => faults.clear(),
    invocations: (name) => invocations.of(name),
    asyncSettled: (name) => queue.settled(name),
    killInstances: (name) => registry.get(name)?.pool.killAll() ?? 0,
    close: async () => {
      closing.abort();
      const closed = new Promise<void>((done) => {
        server.close(() => done());
      });
      server.closeAllConnections();
      await registry.close();
      await queue.close();
      await closed;
    },
  };
}
