/** The brokers of one cluster: finding them, connecting to them, who leads what. */
import type { BufferPool } from '../buffer-pool.ts';
import type { Clock } from '../clock.ts';
import { FatalError, RetriableError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { type BrokerAddress, parseBrokerAddress, showAddress } from './broker-address.ts';
import { BrokerConnection } from './broker-connection.ts';
import { ClusterMetadata, type MetadataAnswer, type TopicState } from './cluster-metadata.ts';
import type { KafkaConnectionOptions } from './driver.ts';
import { type SignIn, withSignIn } from './sign-in.ts';

export interface ClusterDeps {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Shared with other clusters of the same driver; made when absent and the connection has `sasl`. */
  readonly signIn?: SignIn;
  /** As `BrokerConnectionDeps.proved`. */
  readonly proved?: Set<string>;
  /** As `BrokerConnectionDeps.frames`. */
  readonly frames?: BufferPool;
}

/** A broker answers the requests of one connection one after the other, so what may wait long has its own:
 *  `fetch` (long polls), `group` (a JoinGroup waits for all members), `requests` (everything else). */
export type Purpose = 'fetch' | 'group' | 'requests';

/** For requests that a broker answers at once. */
export const REQUEST_TIMEOUT_MS = 30_000;

export class Cluster {
  readonly options: KafkaConnectionOptions;
  readonly metadata = new ClusterMetadata();
  readonly #deps: ClusterDeps;
  readonly #connections = new Map<string, Promise<BrokerConnection>>();
  readonly #open = new Set<BrokerConnection>();
  #closed = false;

  constructor(options: KafkaConnectionOptions, deps: ClusterDeps) {
    this.options = options;
    this.#deps = withSignIn(options, deps);
  }

  /** Connection to a broker, opened when there is none.
   *  @throws RetriableError `BROKER_UNREACHABLE`, FatalError when it refuses credentials or certificates */
  async connection(nodeId: number, purpose: Purpose): Promise<BrokerConnection> {
    const address = this.metadata.address(nodeId);
    if (address === undefined) {
      throw new RetriableError(
        'BROKER_UNKNOWN',
        `broker ${nodeId} is not in the cluster's metadata (${this.metadata.description})`,
      );
    }
    return await this.#connect(address, purpose);
  }

  /** Asks for topics by name, or for all with `'all'`; never creates one. Missing topics come back with their error code.
   *  @throws RetriableError `BROKER_UNREACHABLE` when no broker answers */
  async describe(topics: readonly string[] | 'all'): Promise<TopicState[]> {
    const connection = await this.anyConnection();
    const answer = await connection.request<MetadataAnswer>(
      'Metadata',
      // kafkajs sends an empty list as null, which is "all"; for none, ask for what cannot exist.
      { topics: topics === 'all' ? [] : topics.length === 0 ? ['-'] : topics, allowAutoTopicCreation: false },
      { timeoutMs: REQUEST_TIMEOUT_MS },
    );
    return this.metadata.update(answer).filter((t) => topics === 'all' || topics.includes(t.name));
  }

  /** A connection to whichever broker answers: an open one, else the known brokers in random order, else the bootstrap servers. */
  async anyConnection(): Promise<BrokerConnection> {
    const known = shuffled(this.metadata.brokers, this.#deps.random);
    const bootstrap = shuffled(this.options.bootstrapServers.map(parseBrokerAddress), this.#deps.random);
    const candidates = new Map([...known, ...bootstrap].map((a) => [showAddress(a), a]));
    for (const connection of this.#open) {
      if (connection.isOpen && this.#connections.has(`${connection.address} requests`)) {
        const address = candidates.get(connection.address);
        if (address !== undefined) return await this.#connect(address, 'requests');
      }
    }
    const failures: string[] = [];
    for (const address of candidates.values()) {
      try {
        return await this.#connect(address, 'requests');
      } catch (thrown) {
        // Whatever has another cause than this broker will not be better at the next.
        if (!(thrown instanceof RetriableError) || thrown.code !== 'BROKER_CONNECTION_LOST') throw thrown;
        failures.push(thrown.message);
      }
    }
    throw new RetriableError(
      'BROKER_UNREACHABLE',
      `no Kafka broker can be reached at ${this.options.bootstrapServers.join(', ')}: check bootstrap.servers, security.protocol and the network (${failures.join('; ')})`,
    );
  }

  #connect(address: BrokerAddress, purpose: Purpose): Promise<BrokerConnection> {
    if (this.#closed) return Promise.reject(new FatalError('KAFKA_CLIENT_CLOSED', 'this Kafka client was closed'));
    const key = `${showAddress(address)} ${purpose}`;
    const existing = this.#connections.get(key);
    if (existing !== undefined) return existing.then((c) => (c.isOpen ? c : this.#reconnect(key, existing, address)));
    return this.#openNew(key, address);
  }

  #reconnect(key: string, stale: Promise<BrokerConnection>, address: BrokerAddress): Promise<BrokerConnection> {
    const current = this.#connections.get(key);
    // Another caller may have replaced it already.
    return current !== undefined && current !== stale ? current : this.#openNew(key, address);
  }

  #openNew(key: string, address: BrokerAddress): Promise<BrokerConnection> {
    const opening = BrokerConnection.open(address, this.options, this.#deps).then((connection) => {
      if (this.#closed) connection.close();
      for (const known of this.#open) if (!known.isOpen) this.#open.delete(known);
      this.#open.add(connection);
      return connection;
    });
    this.#connections.set(key, opening);
    opening.catch(() => {
      if (this.#connections.get(key) === opening) this.#connections.delete(key);
    });
    return opening;
  }

  /** Closes every connection at once, requests under way included. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#open) connection.close();
    this.#open.clear();
    this.#connections.clear();
  }
}

/** A copy in random order, so that not every client asks the same broker. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
