/** The look at a connector's target before its tasks join, and again before each that is started anew. */
import type { ConnectorConfig } from '../../shared/config/connector-keys.ts';
import { FatalError, RetriableError } from '../../shared/errors.ts';
import type { KafkaAdmin } from '../../shared/kafka/driver.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Invoker } from './invokers/invoker.ts';
import { resourcesOf, topicSizes } from './resources.ts';

const OPEN_TIMEOUT_MS = 20_000;

export interface TargetLookDeps {
  readonly config: ConnectorConfig;
  readonly invoker: Pick<Invoker, 'open'>;
  readonly admin: KafkaAdmin;
  readonly logger: Logger;
  /** Aborted when nobody waits for it any more. */
  readonly signal: AbortSignal;
}

export class TargetLook {
  /** Under way for all tasks that wait for it. */
  #looking: Promise<void> | undefined;

  constructor(private readonly deps: TargetLookDeps) {}

  /** Resolves when the target is as it must be, or cannot be reached now: then it is waited for with the first batch.
   *  @throws FatalError */
  look(): Promise<void> {
    this.#looking ??= this.#open().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** What is wrong with the target and may heal.
   *  @throws FatalError when it is anything else */
  async refusal(): Promise<FatalError | undefined> {
    try {
      await this.look();
      return undefined;
    } catch (thrown) {
      if (!(thrown instanceof FatalError)) throw thrown;
      const { code, message, mayHeal } = thrown;
      const fields = { connector: this.deps.config.name, code, reason: message };
      if (!mayHeal) {
        this.deps.logger.error(fields, 'the target is not as it must be: nothing starts');
        throw thrown;
      }
      this.deps.logger.error(fields, 'the target is not as it must be: the tasks failed at the start');
      return thrown;
    }
  }

  async #open(): Promise<void> {
    const { invoker, config, admin, signal, logger } = this.deps;
    if (invoker.open === undefined) return;
    const topics = await topicSizes(admin, resourcesOf(config).sources);
    try {
      await invoker.open(topics, { signal, admission: signal, timeoutMs: OPEN_TIMEOUT_MS });
    } catch (thrown) {
      if (signal.aborted) return;
      if (!(thrown instanceof RetriableError)) throw thrown;
      const { code, message } = thrown;
      logger.warn({ connector: config.name, code, error: message }, 'the target was not looked at');
    }
  }
}
