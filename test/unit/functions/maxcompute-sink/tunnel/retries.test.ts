import { describe, expect, it, vi } from 'vitest';
import { OdpsError } from '../../../../../functions/maxcompute-sink/tunnel/odps-error.ts';
import { retried, retryDelayMs } from '../../../../../functions/maxcompute-sink/tunnel/retries.ts';
import { ManualClock } from '../../../../helpers/manual-clock.ts';

const MOST = () => 1 - Number.EPSILON;

function failure(status: number, code = '', more: { holdClientMs?: number; networkCode?: string } = {}): OdpsError {
  return new OdpsError({ status, code, action: 'do it', text: '', ...more });
}

const network = (networkCode: string) => failure(0, '', { networkCode });

describe('waits', () => {
  it('double from a second to 64', () => {
    const waits = [1, 2, 3, 6, 7, 8, 50].map((tries) => retryDelayMs(failure(429), tries, MOST));
    expect(waits).toEqual([1_000, 2_000, 4_000, 32_000, 64_000, 64_000, 64_000]);
  });

  it('are as long as the service asks for, up to ten seconds', () => {
    expect(retryDelayMs(failure(429, '', { holdClientMs: 3_000 }), 1, MOST)).toBe(3_000);
    expect(retryDelayMs(failure(429, '', { holdClientMs: 600_000 }), 1, MOST)).toBe(10_000);
    expect(retryDelayMs(failure(429, '', { holdClientMs: 500 }), 2, MOST)).toBe(2_000);
  });

  it.each([
    ['429', failure(429, 'SlotExceeded'), Number.POSITIVE_INFINITY],
    ['a flow that is exceeded', failure(403, 'FlowExceeded'), Number.POSITIVE_INFINITY],
    ['308', failure(308), Number.POSITIVE_INFINITY],
    ['a commit that goes on', failure(200, 'CommitUnderWay'), Number.POSITIVE_INFINITY],
    ['502', failure(502), 7],
    ['500', failure(500), 7],
    ['a transient code', failure(400, 'DataUnderReplication'), 7],
    ['a reset', network('ECONNRESET'), 7],
    ['silence', network('UND_ERR_HEADERS_TIMEOUT'), 7],
    ['a failure without a code', network(''), 7],
    ['our own end', network('ABORTED'), 0],
    ['a certificate', network('CERT_HAS_EXPIRED'), 0],
    ['what nobody knows', network('ERR_NEW'), 0],
    ['400', failure(400, 'MalformedDataStream'), 0],
    ['404', failure(404, 'NoSuchPartition'), 0],
    ['412', failure(412, 'SchemaModified'), 0],
    ['a conflict', failure(409, 'StatusConflict'), 0],
    ['an answer that is none', failure(200, 'AnswerNotUnderstood'), 0],
  ])('end for %s', (_, error, retries) => {
    for (const tries of [1, 7, 8, 1_000]) {
      expect(retryDelayMs(error, tries, MOST) !== undefined).toBe(tries <= retries);
    }
  });
});

function setup(retry: 'table' | 'none', ...failures: Error[]) {
  const clock = new ManualClock();
  const slept: number[] = [];
  const sleep = vi.spyOn(clock, 'sleep').mockImplementation(async (ms) => {
    slept.push(ms);
  });
  const log: string[] = [];
  const run = (follow?: (error: OdpsError) => Promise<void>, signal = new AbortController().signal) =>
    retried(
      { retry, clock, random: MOST },
      signal,
      async () => {
        const error = failures.shift();
        log.push(error === undefined ? 'done' : 'failed');
        if (error !== undefined) throw error;
        return 'result';
      },
      follow,
    );
  const follow = async ({ status }: OdpsError) => {
    log.push(`followed ${status}`);
  };
  return { run, follow, slept, log, sleep };
}

describe('tries', () => {
  it('go on to the eighth of a server error', async () => {
    const some = setup('table', ...Array.from({ length: 7 }, () => failure(500)));
    expect(await some.run()).toBe('result');
    expect(some.slept).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000]);
    const many = setup('table', ...Array.from({ length: 8 }, () => failure(500)));
    await expect(many.run()).rejects.toMatchObject({ status: 500 });
  });

  it('are one when waits are left to the caller', async () => {
    const { run, log } = setup('none', failure(503));
    await expect(run()).rejects.toMatchObject({ status: 503 });
    expect(log).toEqual(['failed']);
  });

  it('follow what moved once at most then, without a wait', async () => {
    const { run, follow, log, slept } = setup('none', failure(308), failure(308));
    await expect(run(follow)).rejects.toMatchObject({ status: 308 });
    expect(log).toEqual(['failed', 'followed 308', 'failed']);
    expect(slept).toEqual([]);
  });

  it('follow what moved as often as it moves else', async () => {
    const { run, follow, log } = setup('table', failure(502), failure(308), failure(500));
    await run(follow);
    expect(log).toEqual(['failed', 'followed 502', 'failed', 'followed 308', 'failed', 'done']);
  });

  it('go on when following fails', async () => {
    const { run, log } = setup('table', failure(502));
    const answers = [failure(504), undefined];
    await run(async () => {
      const error = answers.shift();
      log.push('followed');
      if (error !== undefined) throw error;
    });
    expect(log).toEqual(['failed', 'followed', 'followed', 'done']);
  });

  it('leave other errors alone', async () => {
    const { run } = setup('table', new TypeError('ours'));
    await expect(run()).rejects.toThrow(TypeError);
  });

  it('end with the failure when the wait is cut short', async () => {
    const { run, sleep } = setup('table', failure(500, 'InternalServerError'));
    sleep.mockRejectedValue(new Error('aborted'));
    await expect(run()).rejects.toMatchObject({ code: 'InternalServerError' });
  });
});
