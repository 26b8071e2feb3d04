/** Membership of the workers' own group, generation after generation: who is there, who leads, and what the leader gives to each. Nothing is
 *  read and nothing committed. What a member holds it goes on with while the group rebalances; only `given` takes anything away. */
import { aborted } from '../aborted.ts';
import { FatalError, RetriableError, toError } from '../errors.ts';
import { Cluster, type ClusterDeps } from './cluster.ts';
import type { KafkaConnectionOptions } from './driver.ts';
import { KafkaCode, kafkaErrorName } from './error-codes.ts';
import { GroupCoordinator, type JoinAnswer, type Session } from './group-coordinator.ts';
import { sendHeartbeats } from './heartbeats.ts';
import { asFailure, Interrupted, unlessAborted } from './interruption.ts';
import { type RetryDeps, retrying } from './retrying.ts';
import { decodeClaims, decodeGiven, encodeClaims, encodeGiven, WORKERS_PROTOCOL } from './worker-group-protocol.ts';

export interface WorkerGroupOptions {
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
}

/** A member as the leader sees it; `claims` is what its listener answered. */
export interface GroupPeer {
  readonly memberId: string;
  readonly claims: Buffer;
}

/** Called from the group's own loop, never concurrently with itself. Must not throw. */
export interface WorkerGroupListener {
  /** What this member tells the leader, asked at each join. */
  claims(): Buffer;
  /** This member leads: what each of `peers`, itself included, is given. Nothing is given to whom the answer leaves out. */
  lead(peers: readonly GroupPeer[], generation: number): ReadonlyMap<string, Buffer>;
  /** What the leader gave to this member; holds until it is called again. Empty bytes: nothing. */
  given(given: Buffer, generation: number, leads: boolean): void;
  /** The coordinator forgot this member: what it held may be given to others. It joins anew at once, and claims what it says then. */
  lost(): void;
  /** The group refused this member for good. It is out and calls nothing more. */
  failed(error: FatalError): void;
}

export interface WorkerGroupDeps extends RetryDeps {
  readonly coordinator: Pick<GroupCoordinator, 'groupId' | 'join' | 'sync' | 'heartbeat' | 'leave' | 'refused'>;
  /** Closes the connections. */
  readonly disconnect: () => void;
}

/** Nothing is connected before `join`. */
export function createWorkerGroup(
  connection: KafkaConnectionOptions,
  options: WorkerGroupOptions,
  listener: WorkerGroupListener,
  deps: ClusterDeps,
): WorkerGroup {
  const cluster = new Cluster(connection, deps);
  const coordinator = new GroupCoordinator(cluster, options.groupId);
  return new WorkerGroup(options, listener, { ...deps, coordinator, disconnect: () => cluster.close() });
}

const NOBODY: Session = { memberId: '', generationId: -1 };
const LEAVE_TIMEOUT_MS = 1_000;
/** Before a refusal that may heal is tried again. */
const HEAL_LOOK_MS = 10_000;

const FORGOTTEN: ReadonlySet<number> = new Set([
  KafkaCode.unknownMemberId,
  KafkaCode.illegalGeneration,
  KafkaCode.fencedInstanceId,
]);

export class WorkerGroup {
  readonly #options: WorkerGroupOptions;
  readonly #listener: WorkerGroupListener;
  readonly #deps: WorkerGroupDeps;
  readonly #end = new AbortController();
  #session = NOBODY;
  /** Whether something is held that `lost` must tell of. */
  #holds = false;
  /** Whether it was ever given anything. */
  #settled = false;
  #round = new AbortController();
  #heartbeats = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: WorkerGroupOptions, listener: WorkerGroupListener, deps: WorkerGroupDeps) {
    this.#options = options;
    this.#listener = listener;
    this.#deps = deps;
  }

  /** Joins, and stays a member until `leave`. Called once; what becomes of it the listener is told. A cluster that does not answer is tried for ever. */
  join(): void {
    this.#running = this.#run();
  }

  /** Asks for another assignment. Only the leader's word starts one; from others it does nothing. */
  rejoin(): void {
    this.#round.abort(new Interrupted());
  }

  /** Leaves, so that the others need not wait for the session to run out, and closes the connections. Takes about a second at most, also where
   *  Kafka does not answer. Idempotent. */
  async leave(): Promise<void> {
    this.#end.abort(new Interrupted());
    await this.#running;
    this.#deps.disconnect();
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    try {
      while (!signal.aborted) await this.#generation();
    } catch (thrown) {
      if (!signal.aborted) this.#listener.failed(asFailure(thrown));
    }
    this.#heartbeats.abort(new Interrupted());
    await this.#tellCoordinator();
  }

  /** Joins, and stays until the group rebalances, the leader wants it to, or the session is over. */
  async #generation(): Promise<void> {
    this.#heartbeats.abort(new Interrupted());
    const joined = await this.#joined();
    if (joined === undefined) return;
    const { given, leads } = joined;
    this.#round = new AbortController();
    const over = this.#round.signal;
    this.#beat();
    this.#holds = true;
    this.#settled = true;
    this.#listener.given(given, this.#session.generationId, leads);
    await unlessAborted(aborted(over), this.#end.signal).catch(() => undefined);
  }

  /** Undefined when it is to end, or must begin anew. */
  async #joined(): Promise<{ given: Buffer; leads: boolean } | undefined> {
    const { signal } = this.#end;
    try {
      const once = () => this.#joinOnce();
      return await unlessAborted(retrying('joining the group of the workers', once, this.#deps, { signal }), signal);
    } catch (thrown) {
      if (signal.aborted) return undefined;
      // Before the first generation a person is watching: there it ends the worker.
      if (!(thrown instanceof FatalError && thrown.mayHeal && this.#settled)) throw thrown;
      const { code, message } = thrown;
      this.#deps.logger.error({ code, reason: message }, 'the group of the workers is refused; trying on');
      await this.#deps.clock.sleep(HEAL_LOOK_MS, signal).catch(() => undefined);
      return undefined;
    }
  }

  /** @throws RetriableError when the group rebalances anew, the coordinator moved, or this member was forgotten and must begin anew */
  async #joinOnce(): Promise<{ given: Buffer; leads: boolean }> {
    const answer = await this.#joinGroup();
    this.#assertKnown(answer.errorCode);
    if (answer.errorCode === KafkaCode.inconsistentGroupProtocol) throw this.#taken();
    if (answer.errorCode !== KafkaCode.none) throw this.#deps.coordinator.refused(answer.errorCode);
    this.#session = { memberId: answer.memberId, generationId: answer.generationId };
    const leads = answer.leaderId === answer.memberId;
    const given = leads ? this.#lead(answer) : new Map<string, Buffer>();
    const synced = await this.#deps.coordinator.sync(this.#session, given, this.#options.rebalanceTimeoutMs);
    this.#assertKnown(synced.errorCode);
    if (synced.errorCode !== KafkaCode.none) throw this.#deps.coordinator.refused(synced.errorCode);
    return { given: decodeGiven(synced.memberAssignment), leads };
  }

  async #joinGroup(): Promise<JoinAnswer> {
    const { sessionTimeoutMs, rebalanceTimeoutMs } = this.#options;
    const subscription = encodeClaims(this.#listener.claims());
    const protocol = { protocolName: WORKERS_PROTOCOL, sessionTimeoutMs, rebalanceTimeoutMs, subscription };
    const answer = await this.#deps.coordinator.join({ ...protocol, memberId: this.#session.memberId });
    if (answer.errorCode !== KafkaCode.memberIdRequired) return answer;
    this.#session = { memberId: answer.memberId, generationId: -1 };
    return await this.#deps.coordinator.join({ ...protocol, memberId: answer.memberId });
  }

  #lead({ members, generationId }: JoinAnswer): Map<string, Buffer> {
    const peers = members.map(({ memberId, memberMetadata }) => ({ memberId, claims: decodeClaims(memberMetadata) }));
    const given = this.#listener.lead(peers, generationId);
    return new Map([...given].map(([memberId, bytes]) => [memberId, encodeGiven(bytes)]));
  }

  #assertKnown(code: number): void {
    if (!FORGOTTEN.has(code)) return;
    this.#forgotten();
    throw new RetriableError(kafkaErrorName(code), `group ${this.#options.groupId} does not know this member any more`);
  }

  #taken(): FatalError {
    const { groupId } = this.#options;
    return new FatalError(
      kafkaErrorName(KafkaCode.inconsistentGroupProtocol),
      `the members of group ${groupId} are no workers: give the workers a group.id that no consumer and no connector has`,
    );
  }

  #forgotten(): void {
    this.#session = NOBODY;
    if (!this.#holds) return;
    this.#holds = false;
    this.#deps.logger.warn({ group: this.#options.groupId }, 'the group of the workers forgot this one; it joins anew');
    this.#listener.lost();
  }

  #beat(): void {
    this.#heartbeats = new AbortController();
    const { heartbeatIntervalMs: intervalMs, sessionTimeoutMs } = this.#options;
    const events = {
      rebalance: () => this.rejoin(),
      lost: () => {
        this.#forgotten();
        this.rejoin();
      },
      // The join says whether it may heal, and what follows.
      failed: () => this.rejoin(),
    };
    const options = { intervalMs, sessionTimeoutMs };
    void sendHeartbeats(this.#session, this.#deps.coordinator, options, events, this.#deps, this.#heartbeats.signal);
  }

  /** Best effort. */
  async #tellCoordinator(): Promise<void> {
    const { memberId } = this.#session;
    if (memberId === '') return;
    const late = new AbortController();
    const cancel = this.#deps.clock.after(LEAVE_TIMEOUT_MS, () => late.abort());
    try {
      await unlessAborted(this.#deps.coordinator.leave(memberId, LEAVE_TIMEOUT_MS), late.signal);
    } catch (thrown) {
      const { message } = toError(thrown);
      this.#deps.logger.debug({ reason: message }, 'leaving the group was not answered; the session will run out');
    } finally {
      cancel();
    }
  }
}
