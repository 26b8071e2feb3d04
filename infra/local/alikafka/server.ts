/** A stand-in for the OpenAPI of ApsaraMQ for Kafka (alikafka, version 2019-09-16) on this machine: five of its calls, signatures and rate checked as
 *  strictly as there, with faults to order.
 *
 *  Where it differs: it has no Kafka of its own; `onTopic` and `onGroup` couple it to a real one. Which code the service answers to which
 *  mistake is mostly documented nowhere: clients should not go by the codes of `operations.ts`. Tags, replicas and further settings of topics are
 *  ignored. One region, one account. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { toError } from '../../../shared/errors.ts';
import { type Logger, silentLogger } from '../../../shared/logger.ts';
import { NonceMemory } from '../fc/nonce-memory.ts';
import { actionOf, readCall, wantsJson } from './api-call.ts';
import { type AlikafkaCredential, authenticate } from './authenticate.ts';
import { AlikafkaError, gatewayError } from './errors.ts';
import { type Fault, type FaultOrder, Faults } from './faults.ts';
import { type AlikafkaInstance, InstanceState, type StoredGroup, type StoredTopic } from './instance.ts';
import { OPERATIONS, type Service } from './operations.ts';
import { type Reply, refused, reply, success } from './reply.ts';
import { Throttle } from './throttle.ts';

export type { AlikafkaCredential } from './authenticate.ts';
export type { FaultOrder } from './faults.ts';
export type { AlikafkaInstance, StoredGroup, StoredTopic } from './instance.ts';

export interface AlikafkaServerOptions {
  /** A free one when absent. */
  readonly port?: number;
  /** `cn-hangzhou` by default. */
  readonly region?: string;
  readonly credentials: readonly AlikafkaCredential[];
  readonly instances: readonly AlikafkaInstance[];
  /** Epoch ms; the machine's clock by default. */
  readonly clock?: () => number;
  /** Least time between two calls of one action by one user; 1,000 by default, 0 for none. */
  readonly callIntervalMs?: number;
  /** How long a creation takes until it is in service; no time by default. */
  readonly creationMs?: number;
  /** Makes the topic at a Kafka; it is in service when that is done. */
  readonly onTopic?: (topic: StoredTopic) => Promise<void>;
  /** As `onTopic`, of a group. */
  readonly onGroup?: (group: StoredGroup) => Promise<void>;
  readonly logger?: Logger;
}

/** A call that came in. */
export interface SeenCall {
  readonly action: string;
  /** Epoch ms. */
  readonly at: number;
  /** Code of its answer: 200, or that of a refusal; 0 where there was none. */
  readonly code: string;
}

export interface AlikafkaServer {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly port: number;
  readonly region: string;
  /** In the order in which they were answered. */
  calls(): readonly SeenCall[];
  topics(instanceId: string): readonly StoredTopic[];
  groups(instanceId: string): readonly StoredGroup[];
  /** Another setup for an instance that is there, or another instance; what is at it stays. */
  setInstance(instance: AlikafkaInstance): void;
  /** From now on these keys may sign, and no others. */
  setCredentials(credentials: readonly AlikafkaCredential[]): void;
  /** Orders a fault for the next matching calls; orders add up.
   *  @throws ZodError when the order is not a fault */
  setFault(fault: FaultOrder): void;
  clearFaults(): void;
  close(): Promise<void>;
}

const VERSION = '2019-09-16';

/** Starts the stand-in on 127.0.0.1. Resolves when it listens.
 *  @throws Error when the port is taken */
export async function startAlikafka(options: AlikafkaServerOptions): Promise<AlikafkaServer> {
  const { region = 'cn-hangzhou', clock = Date.now, logger = silentLogger } = options;
  const instances = new Map(options.instances.map((setup) => [setup.instanceId, new InstanceState(setup)]));
  const faults = new Faults();
  const throttle = new Throttle(options.callIntervalMs ?? 1_000);
  const nonces = new NonceMemory();
  const calls: SeenCall[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let credentials = options.credentials;

  const service: Service = {
    region,
    instances,
    now: clock,
    finish(what) {
      const coupled = 'groupId' in what ? options.onGroup?.(what) : options.onTopic?.(what);
      const taken = new Promise<void>((done) => {
        const timer = setTimeout(() => {
          timers.delete(timer);
          done();
        }, options.creationMs ?? 0);
        timers.add(timer);
      });
      Promise.all([coupled, taken]).then(
        () => {
          what.creating = false;
        },
        (thrown: unknown) => logger.error({ err: toError(thrown) }, 'what was created is not at Kafka'),
      );
    },
  };

  async function answer(message: IncomingMessage, requestId: string): Promise<Reply | undefined> {
    const call = await readCall(message);
    const { action, version } = actionOf(call);
    const asJson = wantsJson(call);
    const note = (code: string | number) => void calls.push({ action, at: clock(), code: String(code) });
    const fault = faults.take(action);
    const instead = fault && befall(fault, requestId, asJson);
    if (instead !== undefined) {
      note(instead === 'none' ? 0 : instead.status);
      return instead === 'none' ? undefined : instead;
    }
    try {
      const credential = authenticate(call, { credentials, nonces, now: clock() });
      if (version !== VERSION) throw gatewayError(400, 'InvalidVersion', 'Specified parameter Version is not valid.');
      const operation = OPERATIONS.get(action);
      if (operation === undefined) throw gatewayError(404, 'InvalidAction.NotFound', 'Specified api is not found.');
      throttle.check(credential.accessKeyId, action, clock());
      if (credential.allowed?.includes(operation.ram) === false) {
        throw gatewayError(
          403,
          'Forbidden.RAM',
          `User not authorized to operate on the specified resource: ${operation.ram}.`,
        );
      }
      const fields = operation.run(service, call.parameters);
      note(200);
      return fault?.kind === 'drop-after' ? undefined : success(action, requestId, fields, asJson);
    } catch (thrown) {
      if (!(thrown instanceof AlikafkaError)) throw thrown;
      note(thrown.code);
      return refused(thrown, requestId, `alikafka.${region}.aliyuncs.com`, asJson);
    }
  }

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID().toUpperCase();
    try {
      const answered = await answer(message, requestId);
      if (answered === undefined) return void message.socket.destroy();
      response.writeHead(answered.status, { 'content-type': answered.contentType, 'x-acs-request-id': requestId });
      response.end(answered.body);
    } catch (thrown) {
      logger.error({ err: toError(thrown) }, 'a call failed inside the stand-in');
      message.socket.destroy();
    }
  }

  const server = createServer((message, response) => void handle(message, response));
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(options.port ?? 0, '127.0.0.1', done);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in listens on no TCP port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    port: address.port,
    region,
    calls: () => [...calls],
    topics: (instanceId) => [...(instances.get(instanceId)?.topics.values() ?? [])],
    groups: (instanceId) => [...(instances.get(instanceId)?.groups.values() ?? [])],
    setInstance(setup) {
      const known = instances.get(setup.instanceId);
      if (known === undefined) instances.set(setup.instanceId, new InstanceState(setup));
      else known.setup = setup;
    },
    setCredentials(next) {
      credentials = next;
    },
    setFault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    close: () =>
      new Promise<void>((done) => {
        for (const timer of timers) clearTimeout(timer);
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** What is answered instead; `none` where the connection ends without an answer, undefined where the call is done. */
function befall(fault: Fault, requestId: string, asJson: boolean): Reply | 'none' | undefined {
  switch (fault.kind) {
    case 'answer': {
      const { status, code, message, success: succeeded } = fault;
      const fields = { RequestId: requestId, Code: code, Message: message };
      return reply(status, 'Error', { ...fields, ...(succeeded === undefined ? {} : { Success: succeeded }) }, asJson);
    }
    case 'html': {
      const page = `<html>\r\n<head><title>${fault.status} Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n`;
      return { status: fault.status, contentType: 'text/html', body: Buffer.from(page) };
    }
    case 'drop-before':
      return 'none';
    case 'drop-after':
      return undefined;
    default:
      return fault satisfies never;
  }
}
