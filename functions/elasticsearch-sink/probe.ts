/** Looks at a cluster as the sink would use it. Nothing is written or created. */
import { FatalError, RetriableError, toError } from '../../shared/errors.ts';
import type { ClientDeps } from './client/configured-client.ts';
import type { ElasticsearchConfig } from './config.ts';
import { createSearchClient } from './create.ts';
import { type IndexSetup, knownNames, type Looked, lookAtTarget } from './index-setup.ts';
import { Questions } from './questions.ts';
import { describeServer, requestLimit, serverName } from './server.ts';
import { configuredTemplates } from './template/configured-templates.ts';

/** What came of a step. `message` says what was wrong and, after the last `; `, what to do. */
export type ProbeStep<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface ElasticsearchProbe {
  /** Name and version of what answers, and the most bytes that one request will have. Where it failed, the targets were not looked at. */
  readonly server: ProbeStep<{ readonly name: string; readonly requestBytes: number }>;
  /** By name, what each stands for; only those whose names are known before there is a record. */
  readonly targets: readonly { readonly name: string; readonly found: ProbeStep<Looked> }[];
  /** What the configuration asks for. */
  readonly wanted: Pick<IndexSetup, 'targetType' | 'create'>;
}

/** Asks for the server and for the indices of `topics`, with the sink's own client and credentials.
 *  Never throws for what the server, the network or the credentials do.
 *  @param signal bounds all of it */
export async function probeElasticsearch(
  config: ElasticsearchConfig,
  topics: readonly string[],
  deps: Pick<ClientDeps, 'clock' | 'secrets'>,
  signal: AbortSignal,
): Promise<ElasticsearchProbe> {
  const client = createSearchClient(config, deps);
  const bounds = { signal, timeoutMs: config['elasticsearch.request.timeout.ms'] };
  const questions = new Questions(client, bounds, deps.clock);
  const wanted = { targetType: config['elasticsearch.target.type'], create: config['elasticsearch.index.create'] };
  try {
    const server = await step(async () => {
      const found = await describeServer(questions);
      return { name: serverName(found), requestBytes: requestLimit(config['elasticsearch.bulk.bytes'], found) };
    });
    if (!server.ok) return { server, targets: [], wanted };
    const { index } = configuredTemplates(config);
    const targets = [];
    for (const name of knownNames(index, topics)) {
      targets.push({ name, found: await step(() => lookAtTarget(name, wanted, questions)) });
    }
    return { server, targets, wanted };
  } finally {
    await client.close();
  }
}

async function step<T>(work: () => Promise<T>): Promise<ProbeStep<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (thrown) {
    const { message } = toError(thrown);
    const code = thrown instanceof FatalError || thrown instanceof RetriableError ? thrown.code : 'UNCLASSIFIED';
    return { ok: false, code, message };
  }
}
