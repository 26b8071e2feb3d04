import type {
  ConfigListener,
  ConfigOrder,
  ConfigState,
  ConfigStore,
  ConfigWrite,
  StoredConfig,
  TargetState,
} from '../../../functions/control-plane/config-state.ts';
import { Refused } from '../../../functions/control-plane/refused.ts';

/** A config topic in memory. Stores over the same one are the workers of a cluster: each hears every change, in order, before the write resolves. */
export class FakeConfigTopic {
  #state: ConfigState = { position: 0, connectors: new Map(), loggers: new Map() };
  /** Also of connectors that are not there yet: what is wanted of one may be written before its configuration. */
  readonly #targets = new Map<string, { readonly target: TargetState; readonly targetRevision: number }>();
  readonly #listeners = new Set<ConfigListener>();
  #turn: Promise<unknown> = Promise.resolve();
  /** Set: Kafka does not answer, and every write and read to the end is refused. */
  frozen = false;

  state(): ConfigState {
    return this.#state;
  }

  hear(listener: ConfigListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One after the other, as the topic's transactions are. */
  async update<T>(decide: (state: ConfigState) => { writes: readonly ConfigWrite[]; answer: T }): Promise<T> {
    const turn = this.#turn.then(() => {
      this.assertAnswers();
      const { writes, answer } = decide(this.#state);
      this.write(...writes);
      return answer;
    });
    this.#turn = turn.catch(() => undefined);
    return await turn;
  }

  assertAnswers(): void {
    if (this.frozen) throw new Refused(500, 'Kafka did not confirm the write in time; nothing was changed');
  }

  /** As somebody else wrote it. */
  write(...writes: readonly ConfigWrite[]): void {
    for (const write of writes) this.#apply(write);
  }

  /** A connector that is wanted to run, unless `target` says otherwise. */
  put(name: string, config: StoredConfig, target?: TargetState): void {
    this.write({ write: 'connector', name, config });
    if (target !== undefined) this.write({ write: 'target', name, target });
  }

  #apply(write: ConfigWrite): void {
    const offset = this.#state.position;
    const connectors = new Map(this.#state.connectors);
    const loggers = new Map(this.#state.loggers);
    switch (write.write) {
      case 'connector': {
        const { name, config } = write;
        const { target, targetRevision } = this.#targets.get(name) ?? { target: 'STARTED', targetRevision: -1 };
        connectors.set(name, { name, config, revision: offset, target, targetRevision });
        break;
      }
      case 'target': {
        const before = connectors.get(write.name);
        const target = { target: write.target, targetRevision: offset };
        this.#targets.set(write.name, target);
        if (before !== undefined) connectors.set(write.name, { ...before, ...target });
        break;
      }
      case 'delete':
        this.#targets.delete(write.name);
        connectors.delete(write.name);
        break;
      case 'logger':
        loggers.set(write.name, write.level);
        break;
      case 'order':
        this.#state = { ...this.#state, position: offset + 1 };
        this.#order(write.order);
        return;
      default:
        throw new Error(`unknown write ${write satisfies never}`);
    }
    this.#state = { position: offset + 1, connectors, loggers };
    for (const listener of this.#listeners) listener.changed(this.#state);
  }

  #order(order: ConfigOrder): void {
    for (const listener of this.#listeners) listener.ordered(order);
  }
}

/** One worker's store over a topic in memory. */
export class FakeConfigStore implements ConfigStore {
  #stop: () => void = () => undefined;

  constructor(readonly topic = new FakeConfigTopic()) {}

  async start(listener: ConfigListener): Promise<void> {
    this.#stop = this.topic.hear(listener);
  }

  state(): ConfigState {
    return this.topic.state();
  }

  async latest(): Promise<ConfigState> {
    this.topic.assertAnswers();
    return this.topic.state();
  }

  update<T>(decide: (state: ConfigState) => { writes: readonly ConfigWrite[]; answer: T }): Promise<T> {
    return this.topic.update(decide);
  }

  async close(): Promise<void> {
    this.#stop();
  }
}
