/** What is known of the cluster and its indices, asked once. */
import type { Logger } from '../../shared/logger.ts';
import type { ElasticsearchConfig } from './config.ts';
import { type Found, type IndexSetup, indexSetupOf, knownNames, prepareIndex } from './index-setup.ts';
import type { Questions } from './questions.ts';
import { describeServer, type Server, serverName } from './server.ts';
import { configuredTemplates } from './template/configured-templates.ts';
import type { RecordTemplate } from './template/record-template.ts';

/** Names remembered as ready; templates may give any number. */
const MAX_READY = 1_000;

export class Target {
  readonly #setup: IndexSetup;
  readonly #index: RecordTemplate;
  /** Whether a name is looked at when its first document comes, if it was not before. Not where the server refuses by itself what is not as
   *  it must be, and names are without number. Where a data stream is asked for it never does: it makes a plain index instead. */
  readonly #looks: boolean;
  readonly #logger: Logger;
  readonly #ready = new Set<string>();
  #server: Promise<Server> | undefined;

  constructor(config: ElasticsearchConfig, logger: Logger) {
    this.#index = configuredTemplates(config).index;
    this.#setup = indexSetupOf(config);
    const { create, targetType } = this.#setup;
    this.#looks = create !== 'server' || targetType === 'data-stream' || this.#index.ofTopic('') !== undefined;
    this.#logger = logger;
  }

  /** Looks at the server, and at every index whose name is known before there is a record. Where nobody asked for it, or it failed,
   *  `prepare` makes up for it.
   *  @throws FatalError, RetriableError as `describeServer` and `prepareIndex` */
  async open(topics: readonly string[], questions: Questions): Promise<void> {
    await this.server(questions);
    for (const name of knownNames(this.#index, topics)) await this.#prepare(name, questions);
  }

  /** Whoever comes while it is asked waits for the same answer. */
  server(questions: Questions): Promise<Server> {
    this.#server ??= this.#describe(questions);
    return this.#server;
  }

  /** What must be awaited before documents go to `name`; `undefined` when it is known to be ready, or nothing is ours to do there. */
  prepare(name: string, questions: Questions): Promise<void> | undefined {
    if (!this.#looks || this.#ready.has(name)) return undefined;
    return this.#prepare(name, questions).then(() => undefined);
  }

  /** What was found is asked for anew. */
  forget(): void {
    this.#server = undefined;
    this.#ready.clear();
  }

  async #prepare(name: string, questions: Questions): Promise<Found> {
    const found = await prepareIndex(name, this.#setup, questions);
    if (this.#ready.size >= MAX_READY) this.#ready.clear();
    this.#ready.add(name);
    this.#logger.info({ target: name, found }, 'looked at the target');
    return found;
  }

  async #describe(questions: Questions): Promise<Server> {
    try {
      const server = await describeServer(questions);
      const { maxContentBytes, heapBytes } = server;
      this.#logger.info({ server: serverName(server), maxContentBytes, heapBytes }, 'the server was found');
      return server;
    } catch (thrown) {
      // The next one asks again.
      this.#server = undefined;
      throw thrown;
    }
  }
}
