import { expect, it } from 'vitest';
import { dryConnector } from '../../../../cli/preview/dry-connector.ts';
import { fcSink } from '../../../../functions/dispatcher/fc-sink.ts';
import { parseConnector } from '../../../../shared/config/connector-keys.ts';
import { batchOf } from '../../../../shared/envelope/block-builder.ts';
import { blockAt } from '../../../helpers/dispatcher.ts';

/** The request that a preview shows for two records. */
async function shown(raw: Readonly<Record<string, string>>) {
  const config = {
    name: 'orders',
    'connector.class': 'fc-sink',
    topics: 'orders',
    'fc.endpoint': '123.cn-hangzhou.fc.aliyuncs.com',
    'fc.function.name': 'orders',
    'fc.access.key.id': '${env:NOWHERE}',
    'fc.access.key.secret': '${env:NOWHERE}',
    ...raw,
  };
  const { invoker, requests } = dryConnector({ definition: fcSink, parsed: parseConnector(fcSink, config) });
  const { signal } = new AbortController();
  await invoker.invoke(batchOf(blockAt([4, 5])), { signal, admission: signal, timeoutMs: 1_000 });
  return requests[0];
}

it('a call of Function Compute is shown as it would be sent, but for its signature', async () => {
  const request = await shown({ 'fc.qualifier': 'prod' });
  expect(request).toMatchObject({
    method: 'POST',
    url: 'https://123.cn-hangzhou.fc.aliyuncs.com/2023-03-30/functions/orders/invocations?qualifier=prod',
    headers: { 'x-fc-invocation-type': 'Sync', authorization: '[signed when it is sent]' },
  });
  expect(JSON.parse(request?.body.toString() ?? '')).toHaveLength(2);
});

it('an asynchronous call is shown with an id', async () => {
  const request = await shown({ 'invoke.mode': 'async', 'fc.api.version': '2.0', 'fc.service.name': 'kafka' });
  expect(request).toMatchObject({
    url: 'https://123.cn-hangzhou.fc.aliyuncs.com/2016-08-15/services/kafka.LATEST/functions/orders/invocations',
    headers: {
      'x-fc-invocation-type': 'Async',
      'x-fc-stateful-async-invocation-id': expect.stringMatching(/^spillway-/),
    },
  });
});
