/** Entry point of the Elasticsearch sink at Function Compute: `index.handler` in the bundle. Others build writers from here. */
import { readFileSync } from 'node:fs';
import type { Answer } from '../../shared/outcomes.ts';
import type { InvocationContext, SinkHandler } from '../../shared/sink-handler.ts';
import { deployedHandler } from './deployed.ts';

export { createElasticsearchWriter } from './create.ts';
export { type ElasticsearchProbe, probeElasticsearch } from './probe.ts';

let built: SinkHandler | undefined;

/** Takes our envelope and every form of the native Kafka trigger; answers one outcome a record.
 *  Built at the first call, so that a wrong environment fails calls with its list of problems.
 *  @throws ConfigError when the environment is wrong; what `createSinkHandler` throws when nobody reads the answer */
export async function handler(event: Buffer, context?: InvocationContext): Promise<Answer> {
  built ??= deployedHandler({
    env: process.env,
    readText: (path) => readFileSync(path, 'utf8'),
    random: Math.random,
  });
  return built(event, context);
}
