/** The instances of one function as it is now: idle ones are used again, more are started up to the limit. */
import { throttled } from './errors.ts';
import type { DefinedFunction } from './function-definition.ts';
import type { Instance, InstanceStart } from './instance.ts';

/** A place in an instance. */
export interface Lease {
  /** Resolves when the process runs and the function is loaded, or could not be. */
  readonly started: Promise<{ readonly instance: Instance; readonly start: InstanceStart }>;
  /** True for the call that an instance was started for. */
  readonly isCold: boolean;
  /** Gives the place back. */
  release(): void;
}

/** Starts and loads an instance, `extraMs` later than it could. */
export type StartInstance = (
  extraMs: number,
) => Promise<{ readonly instance: Instance; readonly start: InstanceStart }>;

interface Member {
  readonly started: Lease['started'];
  instance: Instance | undefined;
  calls: number;
  idle: NodeJS.Timeout | undefined;
}

/** The service keeps idle instances for minutes. */
const IDLE_MS = 120_000;

export class InstancePool {
  readonly fn: DefinedFunction;
  readonly #startInstance: StartInstance;
  readonly #members = new Set<Member>();
  #isRetired = false;

  constructor(fn: DefinedFunction, startInstance: StartInstance) {
    this.fn = fn;
    this.#startInstance = startInstance;
  }

  /** Takes a place. With `extraMs` it is one in a new instance that starts that much later.
   *  @throws FcError 429 when all instances are busy and there may be no more */
  lease(extraMs?: number): Lease {
    const { instanceConcurrency, maxInstances, coldStartMs } = this.fn;
    const free =
      extraMs === undefined
        ? [...this.#members].find(({ calls, instance }) => calls < instanceConcurrency && instance?.isEnding !== true)
        : undefined;
    if (free !== undefined) return this.#take(free, false);
    this.#endIdle(this.#members.size - maxInstances + 1);
    if (this.#members.size >= maxInstances) throw throttled();
    const started = this.#startInstance(coldStartMs + (extraMs ?? 0));
    const member: Member = { started, instance: undefined, calls: 0, idle: undefined };
    this.#members.add(member);
    started.then(
      ({ instance, start }) => {
        member.instance = instance;
        if (start.kind === 'ready') void instance.ended().then(() => this.#forget(member));
        else this.#drop(member);
      },
      () => this.#forget(member),
    );
    return this.#take(member, true);
  }

  /** No calls come any more: instances end when the last of theirs is over. */
  retire(): void {
    this.#isRetired = true;
    this.#endIdle(this.#members.size);
  }

  /** Kills the processes that run, and answers how many. */
  killAll(): number {
    const running = [...this.#members].filter(({ instance }) => instance?.isEnding === false);
    for (const member of running) this.#drop(member);
    return running.length;
  }

  #take(member: Member, isCold: boolean): Lease {
    clearTimeout(member.idle);
    member.calls++;
    return { started: member.started, isCold, release: () => this.#release(member) };
  }

  #release(member: Member): void {
    member.calls--;
    if (member.calls > 0) return;
    if (this.#isRetired) this.#drop(member);
    else member.idle = setTimeout(() => this.#drop(member), IDLE_MS).unref();
  }

  /** An idle instance makes room for one that must be new. */
  #endIdle(count: number): void {
    const idle = [...this.#members].filter(({ calls }) => calls === 0);
    for (const member of idle.slice(0, Math.max(0, count))) this.#drop(member);
  }

  #drop(member: Member): void {
    this.#forget(member);
    member.instance?.kill();
  }

  #forget(member: Member): void {
    clearTimeout(member.idle);
    this.#members.delete(member);
  }
}
