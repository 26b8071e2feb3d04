/** Aiven's HTTP sink.
 *  Source: https://github.com/Aiven-Open/http-connector-for-apache-kafka, docs/sink-connector-config-options.rst */
import { composeHttp } from './http-compose.ts';
import { httpSink } from './http-target.ts';
import type { ConnectTable } from './table.ts';

const OAUTH =
  'no OAuth flow: give a token by invoke.http.authorization (a file that somebody renews is followed), or let a gateway add it';

/** Data for `translate`. */
export const aivenHttp: ConnectTable = {
  title: 'Aiven HTTP sink',
  classes: ['io.aiven.kafka.connect.http.HttpSinkConnector'],
  sink: 'fc-sink',
  always: httpSink.always,
  defaults: { 'batching.enabled': 'false', 'max.retries': '1', 'retry.backoff.ms': '3000', 'http.timeout': '30' },
  keys: {
    'http.url': { composed: true },
    'http.authorization.type': { composed: true },
    'http.headers.authorization': { composed: true },
    'http.headers.content.type': {
      none: 'the body is an envelope, and its content type application/json; charset=utf-8',
    },
    'http.headers.additional': { none: 'no headers can be added, but for Authorization (invoke.http.authorization)' },
    'http.ssl.trust.all.certs': { none: 'certificates are always checked; NODE_EXTRA_CA_CERTS adds authorities' },
    'http.proxy.host': { none: 'the function is reached directly' },
    'batching.enabled': { composed: true },
    'batch.max.size': { composed: true },
    'batch.prefix': httpSink.body,
    'batch.suffix': httpSink.body,
    'batch.separator': httpSink.body,
    'max.retries': httpSink.retries,
    'retry.backoff.ms': httpSink.backoff,
    'kafka.retry.backoff.ms': { needless: 'retry.backoff.ms says it' },
    'http.timeout': { to: 'invoke.timeout.ms', by: 'seconds-to-ms' },
    'errors.tolerance.http': { none: 'what the function answers as errant goes to the error topic' },
  },
  prefixes: {
    'oauth2.': { none: OAUTH },
    'http.proxy.': { none: 'the function is reached directly' },
  },
  fillIn: [],
  compose: composeHttp,
};
