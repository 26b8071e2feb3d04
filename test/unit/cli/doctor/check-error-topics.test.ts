import { describe, expect, it } from 'vitest';
import { checkErrorTopics, type ErrorTopicFacts, errorTopicsOf } from '../../../../cli/doctor/check-error-topics.ts';
import { RIGHTS_UNKNOWN } from '../../../../shared/kafka/inspect/rights.ts';
import { brief, parsed, topic } from './facts.ts';

const READ = 1 << 3;
const WRITE = 1 << 4;
const CREATE = 1 << 5;

function facts(raw: Record<string, string> = {}, extra: Partial<ErrorTopicFacts> = {}): ErrorTopicFacts {
  return {
    config: parsed(raw).connector,
    topics: [topic('errors')],
    sources: [topic('orders')],
    settings: new Map(),
    clusterOperations: RIGHTS_UNKNOWN,
    managed: false,
    ...extra,
  };
}
const codes = (raw?: Record<string, string>, extra?: Partial<ErrorTopicFacts>) =>
  brief(checkErrorTopics(facts(raw, extra)));
const missing = { topics: [topic('errors', { errorCode: 3 })] };

describe('checkErrorTopics', () => {
  it('is content with a plain topic, and with none under errors.policy=stop', () => {
    expect(codes()).toEqual(['ok error-topic']);
    expect(codes({ 'errors.policy': 'stop' })).toEqual(['ok error-topic-unused']);
    expect(errorTopicsOf(parsed({ 'errors.policy': 'stop' }).connector)).toEqual([]);
    expect(errorTopicsOf(parsed().connector)).toEqual(['connect-error-c']);
  });

  it('knows who makes a missing one', () => {
    expect(codes({}, missing)).toEqual(['ok error-topic-absent']);
    expect(codes({}, { ...missing, clusterOperations: CREATE })).toEqual(['ok error-topic-absent']);
    expect(codes({}, { ...missing, clusterOperations: READ })).toEqual(['warning right-unknown']);
    expect(codes({}, { ...missing, clusterOperations: READ, managed: true })).toEqual(['ok error-topic-absent']);
    expect(codes({ 'resources.create': 'manual' }, missing)).toEqual(['problem error-topic-missing']);
  });

  it('finds rights that are missing', () => {
    expect(codes({}, { topics: [topic('errors', { authorizedOperations: READ })] })).toEqual(['problem right-missing']);
    expect(codes({}, { topics: [topic('errors', { authorizedOperations: WRITE })] })).toEqual(['ok error-topic']);
    expect(codes({}, { topics: [topic('errors', { errorCode: 29 })] })).toEqual(['problem error-topic-refused']);
  });

  it('refuses a compacted one', () => {
    const of = (policy: string) => codes({}, { settings: new Map([['errors', { 'cleanup.policy': policy }]]) });
    expect(of('delete')).toEqual(['ok error-topic']);
    expect(of('compact,delete')).toEqual(['problem error-topic-compacted']);
  });

  it.each([
    [1, 1, '1', 'ok error-topic'],
    [1, 1, '2', 'problem error-topic-replicas'],
    [3, 1, '2', 'problem error-topic-replicas'],
    [3, 3, '2', 'ok error-topic'],
    [3, 3, '1', 'warning error-topic-replicas'],
  ])('with %d replicas, %d in sync and min.insync.replicas=%s: %s', (replicas, inSync, least, expected) => {
    const settings = new Map([['errors', { 'min.insync.replicas': least }]]);
    expect(codes({}, { topics: [topic('errors', { replicas, inSync })], settings })).toEqual([expected]);
  });

  it('compares sizes with the largest source, also where the topic is yet to be made', () => {
    const settings = (errors: string, orders: string) =>
      new Map([
        ['errors', { 'max.message.bytes': errors }],
        ['orders', { 'max.message.bytes': orders }],
      ]);
    expect(codes({}, { settings: settings('1000', '1000') })).toEqual(['ok error-topic']);
    expect(codes({}, { settings: settings('999', '1000') })).toEqual(['warning error-topic-size']);
    expect(codes({}, { ...missing, settings: settings('0', '2000000') })).toEqual([
      'ok error-topic-absent',
      'warning error-topic-size',
    ]);
  });
});
