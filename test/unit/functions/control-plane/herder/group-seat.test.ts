import { describe, expect, it } from 'vitest';
import { decodeClaims, encodeGiven } from '../../../../../functions/control-plane/herder/group-messages.ts';
import { GroupSeat } from '../../../../../functions/control-plane/herder/group-seat.ts';
import { FatalError } from '../../../../../shared/errors.ts';
import { silentLogger } from '../../../../../shared/logger.ts';
import { ManualClock } from '../../../../helpers/manual-clock.ts';

const GIVEN = { generation: 5, leader: 'w1', workers: ['w1', 'w2'] };
const SHARE = { connectors: ['c'], tasks: new Map([['c', [1]]]) };

function scene() {
  const told: string[] = [];
  const clock = new ManualClock();
  const seat = new GroupSeat({
    workerId: 'w2',
    leader: { lead: () => new Map() },
    rejoinTimeoutMs: 10_000,
    changed: () => void told.push([...seat.share.connectors, ...seat.share.tasks.keys()].join(' ')),
    failed: ({ code }) => void told.push(code),
    clock,
    logger: silentLogger,
  });
  seat.given(encodeGiven({ ...GIVEN, share: SHARE }), 3, false);
  return { seat, told, clock };
}

describe('a seat in the group', () => {
  it('has what it was given, and claims it', () => {
    const { seat, told } = scene();
    expect([told, seat.membership(), seat.leads]).toEqual([['c c'], GIVEN, false]);
    expect(decodeClaims(seat.claims())).toEqual({ workerId: 'w2', generation: 5, has: SHARE });
  });

  it('keeps what it has when it does not understand what it is given, and is no member then', () => {
    const { seat, told } = scene();
    seat.given(Buffer.alloc(0), 4, false);
    expect([told, seat.share, seat.membership()]).toEqual([['c c'], SHARE, undefined]);
  });

  it('keeps and claims what it has for a while when its session is lost', async () => {
    const { seat, told, clock } = scene();
    seat.lost();
    await clock.advance(9_999);
    expect([told, seat.membership(), decodeClaims(seat.claims())?.has]).toEqual([['c c'], undefined, SHARE]);
    await clock.advance(1);
    expect([told, seat.generation]).toEqual([['c c', ''], 5]);
  });

  it('gives up nothing when it is back in time', async () => {
    const { seat, told, clock } = scene();
    seat.lost();
    seat.given(encodeGiven({ ...GIVEN, generation: 6, share: SHARE }), 1, true);
    await clock.advance(60_000);
    expect([told, seat.leads]).toEqual([['c c', 'c c'], true]);
  });

  it('gives everything up when the group refuses it', () => {
    const { seat, told } = scene();
    seat.failed(new FatalError('GROUP_REFUSED', 'no'));
    expect(told).toEqual(['c c', '', 'GROUP_REFUSED']);
  });
});
