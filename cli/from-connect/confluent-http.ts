/** Confluent's HTTP sink.
 *  Source: https://docs.confluent.io/kafka-connectors/http/current/connector_config.html */
import { composeHttp } from './http-compose.ts';
import { httpSink } from './http-target.ts';
import type { ConnectTable } from './table.ts';

const REGEX = 'the body is the envelope; rewrite texts in the function';
const OAUTH =
  'no OAuth flow: give a token by invoke.http.authorization (a file that somebody renews is followed), or let a gateway add it';
const TLS =
  'the trust store of Node.js is used (NODE_EXTRA_CA_CERTS adds to it); client certificates are not available';
const REPORTER =
  'answers of the function are not written to topics: errant records go to the error topic, counts to the metrics';

/** Data for `translate`. */
export const confluentHttp: ConnectTable = {
  title: 'Confluent HTTP sink',
  classes: ['io.confluent.connect.http.HttpSinkConnector', 'HttpSink'],
  sink: 'fc-sink',
  always: httpSink.always,
  defaults: {
    'batch.max.size': '1',
    'behavior.on.null.values': 'ignore',
    'max.retries': '10',
    'retry.backoff.ms': '3000',
    'request.body.format': 'string',
  },
  keys: {
    'http.api.url': { composed: true },
    'request.method': {
      to: 'invoke.target',
      values: { post: 'http' },
      otherwise: 'no counterpart: envelopes are always sent by POST',
    },
    'batch.max.size': httpSink.batchSize,
    'batch.prefix': httpSink.body,
    'batch.suffix': httpSink.body,
    'batch.separator': httpSink.body,
    'batch.json.as.array': { needless: 'the envelope is always a JSON array' },
    'batch.key.pattern': { none: 'a batch holds records of one topic-partition; a key does not decide' },
    'request.body.format': { composed: true },
    'max.retries': httpSink.retries,
    'retry.backoff.ms': httpSink.backoff,
    'retry.on.status.codes': {
      none: '408, 429 and 502 to 504 are tried again for ever, 500 counts as a failed batch, any other status but 2xx fails the task',
    },
    'retry.backoff.policy': { needless: 'waits grow exponentially, with jitter' },
    'behavior.on.null.values': {
      to: 'behavior.on.null.values',
      values: {
        ignore: 'ignore',
        fail: {
          value: 'error-topic',
          note: 'a tombstone goes to the error topic; under errors.policy=stop its partition stops',
        },
        log: {
          value: 'ignore',
          note: 'tombstones are counted (spillway_records_dropped_total), not logged one by one',
        },
        delete: {
          value: 'write',
          note: 'a tombstone is posted like any other record, without a value: the function must delete',
        },
      },
      otherwise: 'expected ignore, fail, log or delete',
    },
    'behavior.on.error': {
      none: 'no record is dropped on an error: a failed batch is sent again and its partition waits, and what the function answers as errant goes to the error topic',
    },
    'report.errors.as': { none: REPORTER },
    headers: { composed: true },
    'header.separator': { composed: true },
    'http.request.timeout.ms': { to: 'invoke.timeout.ms' },
    'http.connect.timeout.ms': { needless: 'invoke.timeout.ms bounds the whole call' },
    'auth.type': { composed: true },
    'connection.user': { composed: true },
    'connection.password': { composed: true },
    'bearer.token': { composed: true },
    'ssl.enabled': { needless: 'the URL says it' },
    'concurrency.limit': { none: 'max.in.flight.batches says how many batches of one partition are under way' },
    'regex.patterns': { none: REGEX },
    'regex.replacements': { none: REGEX },
    'regex.separator': { none: REGEX },
  },
  prefixes: {
    'oauth2.': { none: OAUTH },
    'https.ssl.': { none: TLS },
    'http.proxy.': { none: 'the function is reached directly' },
    'reporter.': { none: REPORTER },
    'confluent.': { needless: 'there is no licence' },
  },
  fillIn: [],
  compose: composeHttp,
};
