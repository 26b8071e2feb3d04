import { describe, expect, it } from 'vitest';
import { FatalError, RetriableError } from '../../../../shared/errors.ts';
import type { GroupCoordinator } from '../../../../shared/kafka/group-coordinator.ts';
import { sendHeartbeats } from '../../../../shared/kafka/heartbeats.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

/** Sends heartbeats every second to a coordinator that answers `script` in order, then 0. */
function scene(script: (number | Error)[]) {
  const told: string[] = [];
  let sent = 0;
  const coordinator = {
    groupId: 'g',
    heartbeat: async () => {
      sent++;
      const next = script.shift() ?? 0;
      if (next instanceof Error) throw next;
      return next;
    },
    refused: (code: number) => new FatalError(`CODE_${code}`, 'refused'),
  } as unknown as GroupCoordinator;
  const clock = new ManualClock();
  const stop = new AbortController();
  const events = {
    rebalance: () => void told.push('rebalance'),
    lost: () => void told.push('lost'),
    failed: (error: FatalError) => void told.push(`failed ${error.code}`),
  };
  const options = { intervalMs: 1_000, sessionTimeoutMs: 10_000 };
  const deps = { clock, random: () => 0, logger: silentLogger };
  const running = sendHeartbeats({ memberId: 'm', generationId: 1 }, coordinator, options, events, deps, stop.signal);
  return { told, clock, stop, running, sent: () => sent };
}

describe('sendHeartbeats', () => {
  it('goes on through answers that do not come and through a rebalance, until stopped', async () => {
    const { told, clock, stop, running, sent } = scene([
      0,
      new RetriableError('X', 'x'),
      new RetriableError('X', 'x'),
      27,
    ]);
    for (let i = 0; i < 6; i++) await clock.advance(1_000);
    expect([sent(), told]).toEqual([6, ['rebalance']]);
    stop.abort();
    await running;
  });

  it.each([
    [22, 'lost'],
    [25, 'lost'],
    [82, 'lost'],
    [30, 'failed CODE_30'],
  ])('ends with code %i: %s', async (code, what) => {
    const { told, clock, running, sent } = scene([code]);
    await clock.advance(1_000);
    await running;
    await clock.advance(5_000);
    expect([sent(), told]).toEqual([1, [what]]);
  });

  it('never rejects, whatever is thrown', async () => {
    const { told, clock, running } = scene([new TypeError('defect')]);
    await clock.advance(1_000);
    await running;
    expect(told).toEqual(['failed CONSUMER_BROKEN']);
  });
});
