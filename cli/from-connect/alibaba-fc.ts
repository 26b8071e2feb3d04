/** Alibaba Cloud's own sink to Function Compute, the plug-in behind the managed connector.
 *  Source: https://github.com/AliwareMQ/aliyun-kafka-connectors, kafka-connect-fc, FunctionComputeSinkConnectorConfig.java */
import type { ConnectTable, Draft } from './table.ts';

const TWICE = 'give invoke.max.bytes where it is not the default';

/** Data for `translate`. */
export const alibabaFc: ConnectTable = {
  title: 'Alibaba Cloud Function Compute sink',
  classes: ['com.aliyun.fc.kafka.connect.FunctionComputeSinkConnector', 'FunctionComputeSinkConnector'],
  sink: 'fc-sink',
  always: { 'invoke.target': 'fc', 'fc.api.version': '2.0' },
  defaults: { 'batch.size': '20', qualifier: 'LATEST' },
  keys: {
    region: { to: 'fc.region' },
    endpoint: { to: 'fc.endpoint' },
    'account.id': { to: 'fc.account.id' },
    'service.name': {
      to: 'fc.service.name',
      note: 'belongs to Function Compute 2.0; for a function that was moved to 3.0 remove it, and fc.api.version=2.0',
    },
    'function.name': {
      to: 'fc.function.name',
      note: 'a function that throws (a 200 with X-Fc-Error-Type) has not written its batch: it is sent again, then cut up to find the record to blame',
    },
    qualifier: { to: 'fc.qualifier' },
    'invocation.type': {
      to: 'invoke.mode',
      values: { sync: 'sync', async: 'async' },
      otherwise: 'expected sync or async',
    },
    'batch.size': { to: 'batch.size' },
    'sync.max.request.size': { composed: true },
    'async.max.request.size': { composed: true },
    'access.id': { to: 'fc.access.key.id', secret: '${env:FC_ACCESS_KEY_ID}' },
    'access.key': { to: 'fc.access.key.secret', secret: '${env:FC_ACCESS_KEY_SECRET}' },
    'role.name': { composed: true },
    'client.time.out.ms': { needless: 'credentials of a role are renewed before they end' },
    'runtime.error.topic.name': { to: 'runtime.error.topic.name' },
    'runtime.error.topic.bootstrap.servers': {
      none: 'error topics lie in the cluster that is read from (bootstrap.servers of the worker)',
    },
  },
  prefixes: {},
  fillIn: [],
  compose,
};

function compose(draft: Draft): void {
  const isAsync = draft.given('invocation.type')?.toLowerCase() === 'async';
  const sizes = { 'sync.max.request.size': !isAsync, 'async.max.request.size': isAsync };
  for (const [key, counts] of Object.entries(sizes)) {
    const given = draft.given(key);
    if (given === undefined) continue;
    if (!counts) draft.changed(key, 'means nothing with this invocation.type; invoke.max.bytes is for both');
    else if (/^\d+$/.test(given)) draft.set('invoke.max.bytes', given);
    else draft.fillIn('invoke.max.bytes', `${key} is no number of bytes; ${TWICE}`);
  }
  const role = draft.given('role.name');
  const account = draft.given('account.id');
  if (role === undefined) return;
  if (account === undefined || account.includes('${') || role.includes('${')) {
    draft.fillIn('fc.role.arn', 'the role as acs:ram::<account>:role/<name>: role.name and account.id do not say it');
  } else draft.set('fc.role.arn', `acs:ram::${account}:role/${role}`);
}
