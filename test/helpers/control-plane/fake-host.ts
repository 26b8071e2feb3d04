import type {
  ConnectorHost,
  HostedConnector,
  HostedEvents,
  HostedSetup,
  HostedTask,
} from '../../../functions/control-plane/connector-host.ts';

/** Connectors that run nothing and say that they do. */
export class FakeHost implements ConnectorHost {
  /** By name, those that are open; of two of one name the newer. */
  readonly opened = new Map<string, FakeHostedConnector>();
  /** Every call, in order: `open c`, `run c 0,1`, `pause c`, `restart c 0`, `stop c`. */
  readonly calls: string[] = [];
  /** What `open` throws, by connector. */
  readonly refusals = new Map<string, Error>();
  /** Connectors whose `run`, `restart` and `stop` never come back; an aborted `stop` does. */
  readonly stuck = new Set<string>();
  /** Connectors whose `stop` never comes back, aborted or not. */
  readonly endless = new Set<string>();
  /** What `open` waits for, by connector. */
  readonly opening = new Map<string, Promise<void>>();

  async open(setup: HostedSetup, events: HostedEvents): Promise<HostedConnector> {
    const { name } = setup.parsed.connector;
    this.calls.push(`open ${name}`);
    const refusal = this.refusals.get(name);
    if (refusal !== undefined) throw refusal;
    const opening = this.opening.get(name);
    if (opening !== undefined) await opening;
    const hosted = new FakeHostedConnector(setup, events, this);
    this.opened.set(name, hosted);
    return hosted;
  }

  /** The open connector of that name. */
  of(name: string): FakeHostedConnector {
    const hosted = this.opened.get(name);
    if (hosted === undefined) throw new Error(`${name} is not open here`);
    return hosted;
  }

  /** Ids of the tasks that it has here. */
  running(name: string): number[] {
    const tasks = this.opened.get(name)?.tasks() ?? [];
    return tasks.map(({ id }) => id).sort();
  }

  async metrics(): Promise<string> {
    return '';
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export class FakeHostedConnector implements HostedConnector {
  readonly name: string;
  readonly #tasks = new Map<number, HostedTask>();
  #paused = false;

  constructor(
    readonly setup: HostedSetup,
    readonly events: HostedEvents,
    readonly host: FakeHost,
  ) {
    this.name = setup.parsed.connector.name;
  }

  async run(taskIds: readonly number[]): Promise<void> {
    this.host.calls.push(`run ${this.name} ${taskIds.join(',')}`);
    await this.#unlessStuck();
    for (const id of this.#tasks.keys()) if (!taskIds.includes(id)) this.#tasks.delete(id);
    for (const id of taskIds) if (!this.#tasks.has(id)) this.#start(id);
  }

  pause(): void {
    this.#turn(true);
  }

  resume(): void {
    this.#turn(false);
  }

  resumeStopped(): void {
    this.host.calls.push(`resumeStopped ${this.name}`);
  }

  async restart(taskIds: readonly number[]): Promise<void> {
    this.host.calls.push(`restart ${this.name} ${taskIds.join(',')}`);
    await this.#unlessStuck();
    for (const id of taskIds) if (this.#tasks.has(id)) this.#start(id);
  }

  tasks(): readonly HostedTask[] {
    return [...this.#tasks.values()];
  }

  waiting(): [] {
    return [];
  }

  async stop(abort?: AbortSignal): Promise<void> {
    this.host.calls.push(`stop ${this.name}`);
    if (this.host.endless.has(this.name)) await new Promise(() => undefined);
    await this.#unlessStuck(abort);
    this.#tasks.clear();
    if (this.host.opened.get(this.name) === this) this.host.opened.delete(this.name);
  }

  /** The task failed; with `again` it is started again by itself. */
  fail(id: number, message: string, again = false): void {
    const failure = { code: 'TARGET', message, trace: `Error: ${message}\n    at task` };
    this.#set({ id, state: again ? 'restarting' : 'failed', failure });
  }

  #start(id: number): void {
    this.#set({ id, state: 'starting' });
    queueMicrotask(() => {
      if (this.#tasks.has(id)) this.#set({ id, state: this.#paused ? 'paused' : 'running' });
    });
  }

  #turn(paused: boolean): void {
    if (this.#paused === paused) return;
    this.#paused = paused;
    this.host.calls.push(`${paused ? 'pause' : 'resume'} ${this.name}`);
    for (const { id, state } of this.#tasks.values()) {
      if (state === 'running' || state === 'paused') this.#set({ id, state: paused ? 'paused' : 'running' });
    }
  }

  #set(task: HostedTask): void {
    this.#tasks.set(task.id, task);
    queueMicrotask(() => this.events.task(task));
  }

  async #unlessStuck(abort?: AbortSignal): Promise<void> {
    if (!this.host.stuck.has(this.name)) return;
    await new Promise<void>((resolve) => abort?.addEventListener('abort', () => resolve(), { once: true }));
  }
}
