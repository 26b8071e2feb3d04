/** A connector put together as a run puts it together, but for its ends: they send nothing and note what they would send. */
import { fcRequestOf } from '../../functions/dispatcher/invokers/fc/create.ts';
import { httpRequestOf } from '../../functions/dispatcher/invokers/http-request.ts';
import { createInProcessInvoker } from '../../functions/dispatcher/invokers/in-process.ts';
import type { Invoker } from '../../functions/dispatcher/invokers/invoker.ts';
import { claimCheckKeys, envelopeOptions } from '../../functions/dispatcher/plan.ts';
import type { PreviewSpec } from '../../functions/dispatcher/preview/preview.ts';
import { type ElasticsearchConfig, elasticsearchSink } from '../../functions/elasticsearch-sink/config.ts';
import { createElasticsearchWriter } from '../../functions/elasticsearch-sink/handler.ts';
import { type MaxComputeConfig, maxcomputeSink } from '../../functions/maxcompute-sink/config.ts';
import { createMaxComputeWriter } from '../../functions/maxcompute-sink/handler.ts';
import { type OssConfig, ossSink } from '../../functions/oss-sink/config.ts';
import { createOssClaimCheckStore, createOssWriter } from '../../functions/oss-sink/handler.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import type { ConnectorConfig } from '../../shared/config/connector-keys.ts';
import type { SecretResolver } from '../../shared/config/secret.ts';
import { encodeEnvelope } from '../../shared/envelope/encode.ts';
import { silentLogger } from '../../shared/logger.ts';
import type { RecordBatch } from '../../shared/records.ts';
import type { RenderedRequest } from '../../shared/rendered-request.ts';
import type { SinkDefinition, SinkWriter } from '../../shared/sink.ts';
import type { LoadedConnector } from '../load-connectors.ts';

/** No secret is ever asked for: what would be made of one is named instead. */
const NO_SECRETS: SecretResolver = {
  resolve() {
    throw new Error('a preview looks up no secrets');
  },
};
const HIDDEN = '[from invoke.http.authorization]';
const SIGNED = '[signed when it is sent]';

/** What `previewRecords` takes. */
export function dryConnector({ definition, parsed }: Pick<LoadedConnector, 'definition' | 'parsed'>): PreviewSpec {
  const { connector: config, sink } = parsed;
  const requests: RenderedRequest[] = [];
  const record = (request: RenderedRequest) => void requests.push(request);
  const oss = { clock: systemClock, secrets: NO_SECRETS, role: () => undefined, record };
  const claimCheck = claimCheckKeys(config);
  const writer = config['invoke.target'] === 'in-process' ? dryWriter(definition, sink, oss) : undefined;
  const invoker = writer === undefined ? envelopeRecorder(config, record) : createInProcessInvoker(writer, systemClock);
  return {
    config,
    sink: definition,
    windowOf: definition.windowOf?.(sink),
    invoker,
    claimCheck: claimCheck === undefined ? undefined : createOssClaimCheckStore(claimCheck, oss),
    requests,
  };
}

interface DryDeps {
  readonly clock: Clock;
  readonly secrets: SecretResolver;
  readonly role: () => undefined;
  readonly record: (request: RenderedRequest) => void;
}

/** A writer of ours that sends nothing; `undefined` where the sink is a function of the user's own. */
function dryWriter(
  { connectorClass }: Pick<SinkDefinition, 'connectorClass'>,
  sink: LoadedConnector['parsed']['sink'],
  deps: DryDeps,
): SinkWriter | undefined {
  // `parseConnector` parsed the keys of exactly this definition.
  if (connectorClass === ossSink.connectorClass) return createOssWriter(sink as OssConfig, deps);
  if (connectorClass === elasticsearchSink.connectorClass) {
    return createElasticsearchWriter(sink as ElasticsearchConfig, { ...deps, logger: silentLogger });
  }
  if (connectorClass === maxcomputeSink.connectorClass) {
    return createMaxComputeWriter(sink as MaxComputeConfig, { ...deps, random: Math.random, logger: silentLogger });
  }
  return undefined;
}

/** For a function that is not in this process, or of the user's own: it is not called, wherever it runs. */
function envelopeRecorder(config: ConnectorConfig, record: (request: RenderedRequest) => void): Invoker {
  const envelope = envelopeOptions(config);
  const authorization = config['invoke.http.authorization'] === undefined ? {} : { authorization: HIDDEN };
  const requestOf = (batch: RecordBatch): RenderedRequest => {
    const target = config['invoke.target'];
    switch (target) {
      case 'in-process': {
        const url = `handler of ${config['invoke.module']}`;
        return { method: 'CALL', url, headers: {}, body: encodeEnvelope(batch, envelope) };
      }
      case 'http':
        return httpRequestOf(batch, { url: new URL(config['invoke.http.url'] ?? ''), ...authorization, envelope });
      case 'fc': {
        const request = fcRequestOf(batch, config);
        return { ...request, headers: { ...request.headers, authorization: SIGNED } };
      }
      default:
        throw new Error(`unknown invoke.target ${target satisfies never}`);
    }
  };
  return {
    async invoke(batch) {
      record(requestOf(batch));
      return { all: 'written', count: batch.count };
    },
    close: () => Promise.resolve(),
  };
}
