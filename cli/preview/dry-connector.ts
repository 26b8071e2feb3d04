/** A connector put together as a run puts it together, but for its ends: they send nothing and note what they would send. */
import { httpRequestOf } from '../../functions/dispatcher/invokers/http-request.ts';
import { createInProcessInvoker } from '../../functions/dispatcher/invokers/in-process.ts';
import type { Invoker } from '../../functions/dispatcher/invokers/invoker.ts';
import { claimCheckKeys, envelopeOptions } from '../../functions/dispatcher/plan.ts';
import type { PreviewSpec } from '../../functions/dispatcher/preview/preview.ts';
import { type OssConfig, ossSink } from '../../functions/oss-sink/config.ts';
import { createOssClaimCheckStore, createOssWriter } from '../../functions/oss-sink/handler.ts';
import { systemClock } from '../../shared/clock.ts';
import type { SecretResolver } from '../../shared/config/secret.ts';
import type { RenderedRequest } from '../../shared/rendered-request.ts';
import type { LoadedConnector } from '../load-connectors.ts';

/** No secret is ever asked for: what would be made of one is named instead. */
const NO_SECRETS: SecretResolver = {
  resolve() {
    throw new Error('a preview looks up no secrets');
  },
};
const HIDDEN = '[from invoke.http.authorization]';

/** What `previewRecords` takes. */
export function dryConnector({ definition, parsed }: LoadedConnector): PreviewSpec {
  const { connector: config, sink } = parsed;
  const requests: RenderedRequest[] = [];
  const record = (request: RenderedRequest) => void requests.push(request);
  const oss = { clock: systemClock, secrets: NO_SECRETS, role: () => undefined, record };
  const claimCheck = claimCheckKeys(config);
  const invoker =
    config['invoke.target'] === 'in-process' && definition.connectorClass === ossSink.connectorClass
      ? // `parseConnector` parsed the keys of exactly this definition.
        createInProcessInvoker(createOssWriter(sink as OssConfig, oss), systemClock)
      : httpRecorder({ definition, parsed }, record);
  return {
    config,
    sink: definition,
    windowOf: definition.windowOf?.(sink),
    invoker,
    claimCheck: claimCheck === undefined ? undefined : createOssClaimCheckStore(claimCheck, oss),
    requests,
  };
}

function httpRecorder({ parsed }: LoadedConnector, record: (request: RenderedRequest) => void): Invoker {
  const { connector: config } = parsed;
  const call = {
    url: new URL(config['invoke.http.url'] ?? ''),
    ...(config['invoke.http.authorization'] === undefined ? {} : { authorization: HIDDEN }),
    envelope: envelopeOptions(config),
  };
  return {
    async invoke(batch) {
      record(httpRequestOf(batch, call));
      return { all: 'written', count: batch.count };
    },
    close: () => Promise.resolve(),
  };
}
