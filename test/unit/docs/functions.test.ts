import { describe, expect, it } from 'vitest';
import { deadLetterKeys } from '../../../functions/dead-letter/config.ts';
import { Ledger } from '../../../functions/dispatcher/ledger.ts';
import { functionKeys } from '../../../functions/dispatcher/timed/function-keys.ts';
import { runAnswer } from '../../../functions/dispatcher/timed/run-answer.ts';
import { runTimes } from '../../../functions/dispatcher/timed/run-times.ts';
import { environmentName } from '../../../shared/config/environment.ts';
import { workerKeys } from '../../../shared/config/worker-keys.ts';
import { page } from './pages.ts';

const dispatcher = page('docs/dispatcher-function.md');
const deadLetter = page('docs/dead-letter.md');

/** Keys of the answer that a page shows. */
function shownAnswer(text: string): string[] {
  const [, json = '{}'] = /```json\n([\s\S]*?)```/.exec(text) ?? [];
  return Object.keys(JSON.parse(json) as object);
}

describe('docs/dispatcher-function.md', () => {
  it('names every variable of the function', () => {
    for (const key of Object.keys(functionKeys)) expect(dispatcher).toContain(`\`${environmentName(key)}\``);
  });

  it('shows the answer as it is', () => {
    const status = { name: 'orders', tasks: [], waiting: [], lag: 0, totals: new Ledger() };
    expect(shownAnswer(dispatcher)).toEqual(Object.keys(runAnswer(status, 'time', '', 0)));
  });

  it('counts the time of a run as the code does', () => {
    const { readMs, sendMs, finishMs } = runTimes({
      timeoutMs: 60_000,
      reserveMs: functionKeys['handler.reserve.ms'].default ?? 0,
      runMaxMs: undefined,
      shutdownTimeoutMs: workerKeys['shutdown.timeout.ms'].default ?? 0,
    }) ?? { readMs: 0, sendMs: 0, finishMs: 0 };
    expect(dispatcher).toContain(`| ${readMs / 1000} s |`);
    expect(dispatcher).toContain(`| ${(sendMs + finishMs) / 1000} s |`);
  });
});

describe('docs/dead-letter.md', () => {
  it('has a row for every variable of the function', () => {
    for (const key of Object.keys(deadLetterKeys)) expect(deadLetter).toContain(`\n| \`${environmentName(key)}\` |`);
  });

  it('shows the answer as it is', () => {
    const counts = ['written', 'fromEvent', 'valuesLost', 'repeated', 'skipped'];
    expect(shownAnswer(deadLetter)).toEqual(['calls', ...counts]);
    for (const count of counts.slice(1)) expect(deadLetter).toContain(`(\`${count}\``);
  });
});
