import type { Status, StatusBoard } from '../../../functions/control-plane/status-board.ts';

/** A status board in memory: whoever shares it is a worker of the same cluster. Everything is confirmed at once. */
export class FakeStatusBoard implements StatusBoard {
  readonly #connectors = new Map<string, Status>();
  readonly #tasks = new Map<string, Map<number, Status>>();
  readonly #topics = new Map<string, Set<string>>();
  readonly #activities = new Map<string, Map<string, unknown>>();
  /** Every put and forget, in order: `connector c RUNNING w1`, `task c-0 FAILED w1`, `forget c`, `forget c-0`. */
  readonly said: string[] = [];

  start(): Promise<void> {
    return Promise.resolve();
  }

  connectors(): readonly string[] {
    const tasks = [...this.#tasks].filter(([, statuses]) => statuses.size > 0).map(([name]) => name);
    return [...new Set([...this.#connectors.keys(), ...tasks, ...this.#topics.keys(), ...this.#activities.keys()])];
  }

  connector(name: string): Status | undefined {
    return this.#connectors.get(name);
  }

  tasks(name: string): ReadonlyMap<number, Status> {
    return new Map([...(this.#tasks.get(name) ?? [])].sort(([a], [b]) => a - b));
  }

  topics(name: string): readonly string[] {
    return [...(this.#topics.get(name) ?? [])].sort();
  }

  putConnector(name: string, status: Status): void {
    if (isOlder(status, this.#connectors.get(name))) return;
    this.said.push(`connector ${name} ${status.state} ${status.workerId}`);
    this.#connectors.set(name, status);
  }

  putTask(name: string, task: number, status: Status): void {
    const tasks = this.#tasks.get(name) ?? new Map<number, Status>();
    if (isOlder(status, tasks.get(task))) return;
    this.said.push(`task ${name}-${task} ${status.state} ${status.workerId}`);
    this.#tasks.set(name, tasks.set(task, status));
  }

  /** With all that is said of it. */
  forgetConnector(name: string): void {
    for (const task of this.tasks(name).keys()) this.forgetTask(name, task);
    this.#topics.delete(name);
    this.#activities.delete(name);
    if (this.#connectors.delete(name)) this.said.push(`forget ${name}`);
  }

  forgetTask(name: string, task: number): void {
    if (this.#tasks.get(name)?.delete(task)) this.said.push(`forget ${name}-${task}`);
  }

  noteTopic(name: string, _task: number, topic: string): void {
    this.#topics.set(name, (this.#topics.get(name) ?? new Set()).add(topic));
  }

  resetTopics(name: string): void {
    this.#topics.delete(name);
  }

  putActivity(name: string, workerId: string, activity: unknown): void {
    this.#activities.set(name, (this.#activities.get(name) ?? new Map()).set(workerId, activity));
  }

  forgetActivity(name: string, workerId: string): void {
    this.#activities.get(name)?.delete(workerId);
  }

  activities(name: string): ReadonlyMap<string, unknown> {
    return this.#activities.get(name) ?? new Map();
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Another worker said something in a newer generation. */
function isOlder(status: Status, said: Status | undefined): boolean {
  return said !== undefined && said.workerId !== status.workerId && said.generation > status.generation;
}
