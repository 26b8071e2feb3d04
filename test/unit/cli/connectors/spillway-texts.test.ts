import { describe, expect, it } from 'vitest';
import { lagText } from '../../../../cli/connectors/lag-command.ts';
import { stateText } from '../../../../cli/connectors/redrive-command.ts';
import { answerText } from '../../../../cli/connectors/test-command.ts';
import { clusterText } from '../../../../cli/connectors/workers-command.ts';

describe('lagText', () => {
  const partition = { topic: 'orders', partition: 0, beginning: 0, end: 9, committed: 4, lag: 5 };

  it('says how to go on where a partition is stopped', () => {
    const stopped = { offset: 4, code: 'VALUE_NOT_UTF8' };
    const text = lagText({ connector: 'o', group: 'connect-o', lag: 5, partitions: [{ ...partition, stopped }] });
    expect(text).toContain('stopped at 4: VALUE_NOT_UTF8');
    expect(text).toContain('spillway connectors resume o');
  });

  it('tells a partition without a commit from one at its beginning', () => {
    const text = lagText({ connector: 'o', group: 'g', lag: 9, partitions: [{ ...partition, committed: null }] });
    expect(text).toContain('none');
    expect(text).not.toContain('->');
  });
});

describe('answerText', () => {
  const answer = { topic: 'orders', partition: 2, offset: 7, message: 'why.' };

  it.each([
    ['pending', 'spillway connectors test o --at orders:2:7'],
    ['errant', 'spillway connectors errors o'],
    ['stopped', 'spillway connectors events o'],
  ])('says what to ask next of what is %s', (outcome, next) => {
    expect(answerText('o', { ...answer, outcome })).toBe(`orders-2 offset 7: ${outcome}\nwhy.\n-> ${next}\n`);
  });

  it('asks nothing of what was written', () => {
    expect(answerText('o', { ...answer, outcome: 'written' })).toBe('orders-2 offset 7: written\nwhy.\n');
  });
});

describe('clusterText', () => {
  it('names who leads, who answers and who is gone', () => {
    const worker = (id: string, member: boolean) => ({ id, member, connectors: ['o'], tasks: [] });
    const workers = [worker('a:1', true), worker('b:1', true), worker('c:1', false)];
    const text = clusterText({ group: 'spillway', self: 'b:1', generation: 4, leader: 'a:1', workers });
    expect(text.replaceAll(/[│\s]+/g, ' ')).toMatch(/generation 4 .*a:1 leads 1 .*b:1 answers 1 .*c:1 gone 1/);
  });
});

describe('redrive stateText', () => {
  const state = { id: 'i', worker: 'w:1', startedAt: 0, progress: { done: 3, total: 8, sent: 2 } };

  it('says that an interrupted one can be gone on with', () => {
    expect(stateText({ ...state, state: 'interrupted' })).toBe(
      'i at w:1: interrupted, 3 of 8 offsets, 2 sent\n-> the same command goes on with it\n',
    );
  });

  it('says why it failed', () => {
    const failure = { code: 'TOPIC_MISSING', message: 'no such topic' };
    expect(stateText({ ...state, state: 'failed', failure })).toContain('TOPIC_MISSING: no such topic');
  });
});
