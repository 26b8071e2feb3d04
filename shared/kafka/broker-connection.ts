/** One connection to one broker: kafkajs' TCP, TLS, SASL and encoding under our own timeouts and tear-down. */
import type net from 'node:net';
import Connection, {
  type ApiVersions,
  type KafkajsResponse,
  type KafkajsSocketOptions,
} from 'kafkajs/src/network/connection.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import apiKeys from 'kafkajs/src/protocol/requests/apiKeys.js';
import protocol from 'kafkajs/src/protocol/requests/index.js';
import type { BufferPool } from '../buffer-pool.ts';
import type { Clock } from '../clock.ts';
import { FatalError, RetriableError, toError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { type BrokerAddress, showAddress } from './broker-address.ts';
import { openBrokerSocket } from './broker-socket.ts';
import { explainedFailure } from './connect-failure.ts';
import type { KafkaConnectionOptions } from './driver.ts';
import { FrameReader, MAX_FRAME_BYTES } from './frame-reader.ts';
import { installIdleTimerShim } from './idle-timer-shim.ts';
import { kafkajsLogger } from './kafkajs-logger.ts';
import { type SignIn, signInAgainMs } from './sign-in.ts';
import { tlsOptions } from './tls-options.ts';
import { transportError } from './transport-errors.ts';

/** Requests that this client sends, by kafkajs' names. */
export type ApiName =
  | 'AddPartitionsToTxn'
  | 'DeleteGroups'
  | 'EndTxn'
  | 'Fetch'
  | 'FindCoordinator'
  | 'Heartbeat'
  | 'InitProducerId'
  | 'JoinGroup'
  | 'LeaveGroup'
  | 'ListOffsets'
  | 'Metadata'
  | 'OffsetCommit'
  | 'OffsetFetch'
  | 'Produce'
  | 'SyncGroup';

const CONNECT_TIMEOUT_MS = 5_000;
/** Includes what it takes to get a token. */
const SIGN_IN_TIMEOUT_MS = 15_000;

export interface BrokerConnectionDeps {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Needed where the options have `sasl`; shared by all connections of a driver. */
  readonly signIn?: SignIn;
  /** Addresses that served a request once: what fails there later is no matter of settings. Shared by all connections of a driver. */
  readonly proved?: Set<string>;
  /** Answers are read into its buffers; whoever gets an answer's payload may give it back. */
  readonly frames?: BufferPool;
}

export interface RequestOptions<T> {
  /** When passed without an answer the whole connection is torn down: the answer may never come. */
  readonly timeoutMs: number;
  /** Decodes the answer's bytes instead of kafkajs' decoder. */
  readonly decode?: (payload: Buffer, version: number) => T;
  /** Encodes the request's body instead of kafkajs' encoder. */
  readonly encode?: (version: number) => unknown;
}

/** A request that is encoded and decoded here: one that kafkajs does not have, or not in this version. */
export interface WireRequest<T> {
  readonly apiKey: number;
  readonly name: string;
  readonly version: number;
  /** After the request header, which is kafkajs' (version 1: no tagged fields). */
  readonly body: Buffer;
  /** What comes after the correlation id. */
  readonly decode: (payload: Buffer) => T;
}

/** kafkajs calls it by its old name. */
function kafkajsName(api: ApiName): string {
  return api === 'FindCoordinator' ? 'GroupCoordinator' : api;
}

/** Answers are passed on undecided: every caller looks at the error codes itself. */
const asIs = async (decoded: object): Promise<unknown> => decoded;

export class BrokerConnection {
  readonly address: string;
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #target: BrokerAddress;
  readonly #options: KafkaConnectionOptions;
  readonly #logger: Logger;
  readonly #pool: BufferPool | undefined;
  readonly #proved: Set<string> | undefined;
  #versions: ApiVersions = {};
  #closed = false;
  /** There was a TCP connection, and no answer yet to anything but what every listener answers. */
  #unproved = false;

  private constructor(address: BrokerAddress, options: KafkaConnectionOptions, deps: BrokerConnectionDeps) {
    installIdleTimerShim();
    this.address = showAddress(address);
    this.#clock = deps.clock;
    this.#target = address;
    this.#options = options;
    this.#logger = deps.logger;
    this.#pool = deps.frames;
    this.#proved = deps.proved;
    this.#connection = new Connection({
      ...address,
      logger: kafkajsLogger(deps.logger),
      socketFactory: (asked) => this.#openSocket(asked),
      requestTimeout: CONNECT_TIMEOUT_MS,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      // kafkajs would poll every 100 ms for overdue requests; `request` keeps one timer per request.
      enforceRequestTimeout: false,
      maxInFlightRequests: null,
      clientId: options.clientId,
      ssl: options.ssl === undefined ? null : tlsOptions(options.ssl),
      sasl: options.sasl === undefined ? null : { ...deps.signIn },
    });
    this.#guardFraming();
    const connection = this.#connection;
    Object.defineProperty(connection, 'reauthenticationThreshold', {
      get: () => signInAgainMs(Number(connection.sessionLifetime)),
    });
  }

  /** Connects, asks what the broker speaks, and authenticates.
   *  @throws RetriableError when it cannot be reached, FatalError when it refuses credentials or certificates, or wants to be
   *  spoken to otherwise (TLS, SASL) */
  static async open(
    address: BrokerAddress,
    options: KafkaConnectionOptions,
    deps: BrokerConnectionDeps,
  ): Promise<BrokerConnection> {
    const opened = new BrokerConnection(address, options, deps);
    try {
      await opened.#open();
      return opened;
    } catch (thrown) {
      opened.close();
      throw await opened.#explained(thrown);
    }
  }

  #openSocket(asked: KafkajsSocketOptions): net.Socket {
    const frames = this.#options.fetch === 'kafkajs' ? undefined : this.#frames();
    const socket = openBrokerSocket(asked, frames, this.#logger);
    // Under TLS this comes before the handshake.
    socket.once('connect', () => {
      this.#unproved = true;
    });
    return socket;
  }

  #frames(): FrameReader {
    const frames = this.#pool;
    return new FrameReader(
      (frame) => {
        this.#connection.processData(frame);
        // What is left here is an empty piece of the frame, which would keep all of it alive, and for which kafkajs would copy the next one.
        this.#connection.chunks = [];
      },
      (bytes) => this.#garbage(bytes),
      frames && ((bytes) => frames.take(bytes)),
    );
  }

  /** kafkajs throws at an answer too short to be one, out of the socket's event, and waits for one of any length. */
  #guardFraming(): void {
    const connection = this.#connection;
    const passOn = connection.processData.bind(connection);
    connection.processData = (bytes) => {
      try {
        passOn(bytes);
      } catch (thrown) {
        this.#tearDown(`sent an answer that is none: ${toError(thrown).message}`);
      }
      if (connection.bytesNeeded > MAX_FRAME_BYTES) this.#garbage(connection.bytesNeeded);
    };
  }

  #garbage(bytes: number): void {
    this.#tearDown(`announced an answer of ${bytes} bytes: is this a Kafka broker, and is security.protocol right?`);
  }

  async #open(): Promise<void> {
    await this.#connection.connect();
    this.#connection.socket?.once('close', () => this.#tearDown('connection closed'));
    this.#versions = await this.#within(CONNECT_TIMEOUT_MS, 'ApiVersions', this.#askVersions());
    this.#connection.setVersions(this.#versions);
    this.#connection.setSupportAuthenticationProtocol(this.#versions[apiKeys['SaslAuthenticate'] ?? -1] !== undefined);
    await this.#within(SIGN_IN_TIMEOUT_MS, 'SaslAuthenticate', this.#connection.authenticate());
  }

  async #askVersions(): Promise<ApiVersions> {
    const definition = protocol.requests['ApiVersions'];
    for (const version of [2, 1, 0]) {
      try {
        const answer = await this.#connection.send({
          ...definition?.protocol({ version })(),
          logResponseError: false,
        } as never);
        const listed = (answer as { apiVersions: { apiKey: number; minVersion: number; maxVersion: number }[] })
          .apiVersions;
        return Object.fromEntries(
          listed.map((v) => [v.apiKey, { minVersion: v.minVersion, maxVersion: v.maxVersion }]),
        );
      } catch (thrown) {
        if ((thrown as { type?: unknown }).type !== 'UNSUPPORTED_VERSION') throw thrown;
      }
    }
    throw new FatalError(
      'KAFKA_TOO_OLD',
      `broker ${this.address} speaks no ApiVersions request: Kafka 0.11 or newer is needed`,
    );
  }

  get isOpen(): boolean {
    return !this.#closed;
  }

  /** Sends one request and resolves with its decoded answer, error codes included and not looked at.
   *  @throws RetriableError when the connection fails or `timeoutMs` passes; the connection is closed then */
  async request<T>(api: ApiName, args: object, options: RequestOptions<T>): Promise<T> {
    if (this.#closed)
      throw new RetriableError('BROKER_CONNECTION_LOST', `connection to broker ${this.address} is closed`);
    const version = this.#versionOf(api);
    const built = protocol.requests[kafkajsName(api)]?.protocol({ version })(args);
    if (built === undefined) throw new TypeError(`kafkajs has no request ${api}`);
    const { decode, encode } = options;
    const request = encode === undefined ? built.request : { ...built.request, encode: async () => encode(version) };
    const response: KafkajsResponse =
      decode === undefined
        ? { decode: (payload) => built.response.decode(payload), parse: asIs }
        : {
            decode: async (payload) => ({ answer: decode(payload, version) }),
            parse: async (d) => (d as { answer: T }).answer,
          };
    return await this.#answer<T>(api, options.timeoutMs, this.#connection.send({ request, response }));
  }

  /** Versions of a request that the broker takes; `undefined` when it does not know it. */
  supports(apiKey: number): { readonly minVersion: number; readonly maxVersion: number } | undefined {
    return this.#versions[apiKey];
  }

  /** As `request`, for what is encoded and decoded by the caller. Ask `supports` first.
   *  @throws RetriableError when the connection fails or `timeoutMs` passes; the connection is closed then */
  async send<T>({ apiKey, name, version, body, decode }: WireRequest<T>, timeoutMs: number): Promise<T> {
    if (this.#closed)
      throw new RetriableError('BROKER_CONNECTION_LOST', `connection to broker ${this.address} is closed`);
    const encoder = new Encoder(body.length);
    encoder.writeBufferInternal(body);
    const request = { apiKey, apiVersion: version, apiName: name, encode: async () => encoder };
    const response: KafkajsResponse = {
      decode: async (payload) => ({ answer: decode(payload) }),
      parse: async (decoded) => (decoded as { answer: T }).answer,
    };
    return await this.#answer<T>(name, timeoutMs, this.#connection.send({ request, response }));
  }

  async #answer<T>(name: string, timeoutMs: number, work: Promise<unknown>): Promise<T> {
    try {
      const answer = (await this.#within(timeoutMs, name, work)) as T;
      this.#unproved = false;
      this.#proved?.add(this.address);
      return answer;
    } catch (thrown) {
      throw await this.#explained(thrown);
    }
  }

  /** A connection that fails before it was of any use may be one that the listener does not want. */
  async #explained(thrown: unknown): Promise<RetriableError | FatalError> {
    const presented = this.#options.ssl?.cert !== undefined;
    const error = transportError(thrown, this.address, { presented });
    const mayBeMistaken = this.#unproved && this.#proved?.has(this.address) !== true;
    return mayBeMistaken ? await explainedFailure(error, this.#target, this.#options, this.#clock) : error;
  }

  #versionOf(api: ApiName): number {
    const name = kafkajsName(api);
    const offered = this.#versions[apiKeys[name] ?? -1];
    const ours = protocol.requests[name]?.versions.map(Number) ?? [];
    const version = Math.min(Math.max(...ours), offered?.maxVersion ?? -1);
    if (offered === undefined || version < offered.minVersion || !ours.includes(version)) {
      throw new FatalError(
        'KAFKA_VERSION_UNSUPPORTED',
        `broker ${this.address} and this client share no version of ${api}`,
      );
    }
    return version;
  }

  async #within<T>(timeoutMs: number, what: string, work: Promise<T>): Promise<T> {
    const cancel = this.#clock.after(timeoutMs, () => this.#tearDown(`no answer to ${what} within ${timeoutMs} ms`));
    try {
      return await work;
    } finally {
      cancel();
    }
  }

  /** Closes at once; requests under way are rejected with a `RetriableError`. Idempotent. */
  close(): void {
    this.#tearDown('closed by this client');
  }

  #tearDown(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    const error = new RetriableError('BROKER_CONNECTION_LOST', `broker ${this.address}: ${reason}`);
    this.#connection.authHandlers?.onError();
    this.#connection.requestQueue.rejectAll(error);
    this.#connection.requestQueue.destroy();
    // With an error, so that a connect under way ends too.
    this.#connection.socket?.destroy(error);
  }
}
