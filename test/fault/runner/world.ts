/** What a fault can lay hands on. Made by `start-world.ts`, one a run. */
import type { Admin, Kafka } from 'kafkajs';
import type { FcFaultOrder } from '../../../infra/local/fc/server.ts';
import type { LocalBroker } from '../../../infra/local/kafka/start-kafka.ts';
import type { FaultOrder as MaxComputeFault } from '../../../infra/local/maxcompute/server.ts';
import type { FaultOrder } from '../../../infra/local/oss/server.ts';
import type { SearchReply } from '../../../infra/local/search/search-request.ts';
import type { Apart } from './apart.ts';
import type { FunctionFault } from './function-fault.ts';
import type { Ledger } from './ledger.ts';
import type { TcpProxy } from './tcp-proxy.ts';
import type { Topology } from './topology.ts';

/** A broker and the proxy through which the workers, and only they, reach it. */
export interface ProxiedBroker {
  readonly id: number;
  readonly broker: LocalBroker;
  readonly proxy: TcpProxy;
}

/** Three brokers. Load and checks go past the proxies. */
export interface Cluster {
  readonly brokers: readonly ProxiedBroker[];
  /** Past the proxies: for load, checks and administration. */
  readonly client: Kafka;
  /** Connected, past the proxies. */
  readonly admin: Admin;
  /** Bootstrap servers past the proxies. */
  readonly direct: string;
  /** Bootstrap servers as workers are given them. */
  readonly proxied: string;
  /** Broker id that leads a partition; undefined while nobody does. */
  leaderOf(topic: string, partition: number): Promise<number | undefined>;
  /** Broker id that coordinates a group (its `__consumer_offsets` partition's leader). */
  coordinatorOf(group: string): Promise<number>;
  /** Partition of `__consumer_offsets` that holds a group's log. */
  partitionOf(group: string): Promise<number>;
}

/** The OSS stand-in in a process of its own, behind a proxy. */
export interface OssTarget {
  readonly proxy: TcpProxy;
  /** Folder of the bucket: a file an object. */
  readonly bucketFolder: string;
  /** Of the process; undefined while none runs. */
  readonly pid: number | undefined;
  /** Orders faults for the next requests (`infra/local/oss/faults.ts`); they come past the proxy. */
  order(...faults: readonly FaultOrder[]): Promise<void>;
  /** Kills the process by SIGKILL, or starts it again over the same objects and port. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** The user's function in a process of its own, behind a proxy. It throws at poison and appends to `received` what it took. */
export interface FunctionTarget {
  readonly proxy: TcpProxy;
  /** A file of JSON lines: one record each. */
  readonly received: string;
  /** Of the process; undefined while none runs. */
  readonly pid: number | undefined;
  /** Lasts until another one, or none, is ordered. */
  order(fault: FunctionFault | undefined): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** A real search server behind a proxy. */
export interface SearchTarget {
  readonly proxy: TcpProxy;
  /** Past the proxy. Objects are sent as JSON, a text as the lines of a bulk. A 404 is answered.
   *  @throws Error at any other refusal */
  request(method: string, path: string, body?: object | string): Promise<SearchReply>;
  /** Ends the process; its data stay. Resolves when it is gone. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Starts it again over the same data and port, as it was at first. Running already: does nothing. */
  start(): Promise<void>;
  /** Ends it and starts it again with further settings of the node, until the next `start` after a `kill`. */
  restart(nodeSettings: Readonly<Record<string, string | number>>): Promise<void>;
}

/** The MaxCompute stand-in in a process of its own, behind a proxy. */
export interface MaxComputeTarget {
  readonly proxy: TcpProxy;
  /** Folder of the project: rows lie there as JSON lines. */
  readonly dir: string;
  /** Orders faults for the next requests (`infra/local/maxcompute/faults.ts`); they come past the proxy. */
  order(...faults: readonly MaxComputeFault[]): Promise<void>;
  /** How many of the orders are still to come. */
  ordered(): Promise<number>;
  /** Does to all sessions what a day, or two, do. */
  endSessions(how: 'expire' | 'forget'): Promise<void>;
  /** Runs a statement as somebody else would, past the proxy.
   *  @throws OdpsError when it is refused */
  runSql(statement: string): Promise<void>;
  /** Kills the process by SIGKILL, or starts it again over the same rows, sessions and port. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** The Function Compute stand-in in a process of its own, behind a proxy, with the functions of `fc-functions.ts`. */
export interface FcTarget {
  readonly proxy: TcpProxy;
  /** What the user's function took: a file of JSON lines, one record each. */
  readonly received: string;
  /** Orders faults for the next that match (`infra/local/fc/faults.ts`); they come past the proxy. */
  order(...faults: readonly FcFaultOrder[]): Promise<void>;
  /** Resolves when every order has befallen something once: behind a breaker that is open that takes a while. */
  befallen(): Promise<void>;
  /** Kills the process by SIGKILL, and with it all instances, or starts it again over the same folder and port. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** A place for a worker process: who dies is started again after a moment. */
export interface WorkerSlot {
  readonly index: number;
  /** Of the running process; undefined between two. */
  readonly pid: number | undefined;
  /** What its processes ended with: a signal, or `code 0`. */
  readonly ends: readonly string[];
  /** Sends a signal to the process, if there is one. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves when a process with another pid than `pid` runs. */
  restarted(pid: number | undefined): Promise<void>;
}

/** An additional worker process that is not started again. */
export interface ExtraWorker {
  /** Resolves when it has partitions, or after ten seconds without. */
  joined(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  readonly exited: Promise<unknown>;
}

export interface Workers {
  readonly slots: readonly WorkerSlot[];
  /** Starts one more, with all connectors. */
  extra(): Promise<ExtraWorker>;
  /** Wakes everything that SIGSTOP put to sleep. */
  wake(): void;
  /** Sets the clock of all worker processes, and of those that start later, so much ahead of this machine's, or behind it. */
  shiftClock(ms: number): Promise<void>;
}

export interface World {
  readonly topology: Topology;
  readonly cluster: Cluster;
  readonly oss: OssTarget;
  readonly fn: FunctionTarget;
  readonly search: SearchTarget;
  readonly maxcompute: MaxComputeTarget;
  readonly fc: FcTarget;
  readonly workers: Workers;
  readonly apart: Apart;
  /** What was sent, and what Kafka itself deleted: a fault that deletes says so here. */
  readonly ledger: Ledger;
  /** Temporary folder of the run; logs of the workers lie below `logs`. */
  readonly folder: string;
  /** A detail of the fault for the round's line: `broker 2, 3 s`. */
  say(detail: string): void;
  sleep(ms: number): Promise<void>;
  /** Lifts what a fault may have left: proxies pass, targets answer, workers are awake. Does not restart brokers. */
  calm(): Promise<void>;
}
