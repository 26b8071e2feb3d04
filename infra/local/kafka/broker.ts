/** One broker process: start, wait until it answers, kill, start again over the same data. */
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BoundProcess, spawnBound } from '../supervise/bound-process.ts';
import { LocalKafkaError } from './errors.ts';

/** Two seconds on a quiet machine; a machine that is busy or cold must not fail for that. */
const READY_TIMEOUT_MS = 120_000;
/** An orderly end takes up to seven seconds (it may have to write the class archive). */
const ORDERLY_END_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 25;
const LOG_TAIL_CHARACTERS = 2_000;

/** What a broker writes when clients may connect. Knocking at its port instead would take another server there for ours. */
const READY_LINE = 'Kafka Server started';
const PORT_TAKEN_LINE = 'Address already in use';

/** Flag for Java that lets the ready line through at log level `warn`. */
export const READY_LINE_FLAG = '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info';

/** Somebody else has one of the broker's ports, or took it between our looking and its binding. */
export class PortTakenError extends LocalKafkaError {}

export interface BrokerOptions {
  readonly id: number;
  readonly port: number;
  /** The command and its arguments up to the main class. */
  readonly javaCommand: readonly string[];
  readonly propertiesFile: string;
  readonly logFile: string;
}

export class Broker {
  readonly id: number;
  readonly port: number;
  #process: BoundProcess | undefined;
  readonly #options: BrokerOptions;

  constructor(options: BrokerOptions) {
    this.id = options.id;
    this.port = options.port;
    this.#options = options;
  }

  /** Of the last start; -1 before the first. */
  get pid(): number {
    return this.#process?.pid ?? -1;
  }

  /** Starts the process and resolves when clients can connect. Running already: does nothing.
   *  @throws PortTakenError, LocalKafkaError */
  async start(): Promise<void> {
    if (this.#process !== undefined) return;
    const { javaCommand, logFile, propertiesFile } = this.#options;
    const [command = 'java', ...args] = javaCommand;
    // A log of the last start would be taken for this one's.
    await rm(logFile, { force: true });
    const started = await spawnBound(command, [...args, 'kafka.Kafka', propertiesFile], { logFile });
    this.#process = started;
    let ended = false;
    void started.exited.then(() => {
      ended = true;
      if (this.#process === started) this.#process = undefined;
    });
    const giveUpAt = performance.now() + READY_TIMEOUT_MS;
    for (;;) {
      if (ended) throw await this.#failure('ended before it was ready');
      if ((await readFile(logFile, 'utf8')).includes(READY_LINE)) return;
      if (performance.now() > giveUpAt) {
        await this.kill('SIGKILL');
        throw await this.#failure(`was not ready within ${READY_TIMEOUT_MS / 1_000} s`);
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** Sends `signal` and resolves when the process is gone, for which `SIGTERM` has a minute. Not running: does nothing. */
  async kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const running = this.#process;
    if (running === undefined) return;
    running.kill(signal);
    const impatience = setTimeout(() => running.kill('SIGKILL'), ORDERLY_END_TIMEOUT_MS);
    await running.exited;
    clearTimeout(impatience);
  }

  async #failure(what: string): Promise<LocalKafkaError> {
    const log = await readFile(this.#options.logFile, 'utf8');
    if (log.includes(PORT_TAKEN_LINE)) {
      return new PortTakenError(
        `Kafka broker ${this.id} cannot have port ${this.port} of 127.0.0.1, another process listens there.`,
      );
    }
    return new LocalKafkaError(`Kafka broker ${this.id} ${what}. End of its log:\n${log.slice(-LOG_TAIL_CHARACTERS)}`);
  }
}
