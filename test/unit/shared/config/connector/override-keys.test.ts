import { describe, expect, it } from 'vitest';
import { fcSink } from '../../../../../functions/dispatcher/fc-sink.ts';
import { checkConnector } from '../../../../../shared/config/connector-keys.ts';
import type { RawConfig } from '../../../../../shared/config/parse.ts';

const check = (raw: RawConfig) =>
  checkConnector(fcSink, {
    name: 'orders',
    'connector.class': 'fc-sink',
    topics: 'orders',
    'invoke.target': 'http',
    'invoke.http.url': 'http://h/',
    ...raw,
  });

describe('overrides of the consumer', () => {
  it('are numbers, and nothing where they are not given', () => {
    const { values } = check({ 'consumer.override.fetch.max.bytes': '1000' });
    expect(values).toMatchObject({
      'consumer.override.fetch.max.bytes': 1000,
      'consumer.override.session.timeout.ms': undefined,
    });
    expect(check({ 'consumer.override.session.timeout.ms': '5' }).problems.map(({ key }) => key)).toEqual([
      'consumer.override.session.timeout.ms',
    ]);
  });

  it('are other spellings of keys that connectors have anyway', () => {
    const { parsed } = check({
      'consumer.override.auto.offset.reset': 'earliest',
      'consumer.override.isolation.level': 'read_uncommitted',
    });
    expect(parsed?.connector).toMatchObject({
      'consumer.start.offset': 'earliest',
      'isolation.level': 'read_uncommitted',
    });
    const both = check({ 'consumer.override.auto.offset.reset': 'earliest', 'consumer.start.offset': 'latest' });
    expect(both.problems.map(({ key }) => key)).toEqual([
      'consumer.start.offset',
      'consumer.override.auto.offset.reset',
    ]);
  });
});
