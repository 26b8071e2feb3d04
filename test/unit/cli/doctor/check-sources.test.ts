import { describe, expect, it } from 'vitest';
import { checkSources, type SourceFacts } from '../../../../cli/doctor/check-sources.ts';
import { brief, parsed, topic } from './facts.ts';

const NOW_MS = Date.parse('2026-01-10T00:00:00Z');
const DAY_MS = 86_400_000;

function facts(raw: Record<string, string>, extra: Partial<SourceFacts> = {}): SourceFacts {
  return { config: parsed(raw).connector, topics: [topic('orders')], settings: new Map(), nowMs: NOW_MS, ...extra };
}

describe('checkSources', () => {
  it('lists what is read, with partitions', () => {
    expect(checkSources(facts({}))).toEqual([{ severity: 'ok', code: 'sources', message: 'orders (1 partition)' }]);
  });

  it('says what a pattern matches, and that nothing does', () => {
    const pattern = { 'topics.regex': 'ord.*' };
    expect(checkSources(facts(pattern))[0]?.message).toBe('topics.regex matches now: orders (1 partition)');
    const [none] = checkSources(facts(pattern, { topics: [] }));
    expect(none).toMatchObject({
      severity: 'warning',
      code: 'sources-none',
      message: expect.stringMatching(/^topics.regex ord\.\* matches/),
    });
  });

  it('finds topics that are missing, refused, unreadable or without a leader', () => {
    const leaderless = { partition: 1, leader: -1, replicas: 1, inSync: 0 };
    const topics = [
      topic('gone', { errorCode: 3 }),
      topic('hidden', { errorCode: 29 }),
      topic('seen', { authorizedOperations: 1 << 8 }),
      topic('read', { authorizedOperations: (1 << 8) | (1 << 3) }),
      topic('down', { partitions: [leaderless] }),
    ];
    expect(brief(checkSources(facts({}, { topics })))).toEqual([
      'ok sources',
      'problem source-missing',
      'problem source-refused',
      'problem right-missing',
      'problem source-leaderless',
    ]);
  });

  it('counts the tasks that would be idle', () => {
    const [, idle] = checkSources(facts({ 'tasks.max': '4' }));
    expect(idle).toMatchObject({
      severity: 'warning',
      code: 'tasks-idle',
      message: expect.stringMatching(/: 3 of them stay idle$/),
    });
  });

  it('compares a start time with retention and with the clock', () => {
    const settings = new Map([['orders', { 'retention.ms': String(2 * DAY_MS), 'cleanup.policy': 'delete' }]]);
    const codes = (start: string, of = settings) =>
      brief(checkSources(facts({ 'consumer.start.offset': start }, { settings: of }))).slice(1);
    expect(codes('2026-01-09T00:00:00Z')).toEqual([]);
    expect(codes('2026-01-07T00:00:00Z')).toEqual(['warning start-before-retention']);
    expect(codes('2026-01-11T00:00:00Z')).toEqual(['warning start-in-future']);
    expect(codes('earliest')).toEqual([]);
    const compacted = new Map([['orders', { 'retention.ms': '1', 'cleanup.policy': 'compact' }]]);
    expect(codes('2026-01-07T00:00:00Z', compacted)).toEqual([]);
    const endless = new Map([['orders', { 'retention.ms': '-1', 'cleanup.policy': 'delete' }]]);
    expect(codes('2026-01-07T00:00:00Z', endless)).toEqual([]);
  });
});
