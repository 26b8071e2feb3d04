import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../../../functions/control-plane/inspect/refusal-of.ts';
import { Turns } from '../../../../../functions/control-plane/inspect/turns.ts';
import { Refused } from '../../../../../functions/control-plane/refused.ts';
import { ConfigError, FatalError, RetriableError } from '../../../../../shared/errors.ts';

describe('refusalOf', () => {
  it.each([
    [
      new ConfigError([
        { key: '--from', message: 'no' },
        { key: 'since', message: 'nor' },
      ]),
      400,
      'from: no; since: nor',
    ],
    [new FatalError('TOPIC_MISSING', 'no topic'), 404, 'TOPIC_MISSING: no topic'],
    [new FatalError('REDRIVE_RUNNING', 'another'), 409, 'REDRIVE_RUNNING: another'],
    [new FatalError('KAFKA_TOO_OLD', 'old'), 500, 'KAFKA_TOO_OLD: old'],
    [new RetriableError('NO_ANSWER', 'silence'), 503, 'NO_ANSWER: silence'],
  ] as const)('%s', (thrown, status, message) => {
    expect(refusalOf(thrown)).toMatchObject({ status, message });
  });

  it('leaves everything else as it is', () => {
    const thrown = new TypeError('a mistake of ours');
    expect(refusalOf(thrown)).toBe(thrown);
    const refused = new Refused(404, 'gone');
    expect(refusalOf(refused)).toBe(refused);
  });
});

describe('Turns', () => {
  it('refuses who comes when all are taken, and gives turns back however they end', async () => {
    const turns = new Turns(1);
    let end: () => void = () => undefined;
    const first = turns.take(() => new Promise<void>((resolve) => (end = resolve)));
    await expect(turns.take(async () => 1)).rejects.toMatchObject({ status: 429 });
    end();
    await first;
    await expect(turns.take(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(await turns.take(async () => 2)).toBe(2);
  });
});
