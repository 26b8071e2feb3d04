import { expect, inject, it } from 'vitest';
import type { Asked, Play, Played } from './runner/shared-world.ts';

/** With the time that others have the world. */
export const WORLD_TIMEOUT_MS = 600_000;

/** What was asked for befalls a Kafka of three brokers, two workers and all targets under steady load; then everything that was sent is compared
 *  with everything that is found, and nothing may be lost, nor be in two objects of an `exactly-once` connector.
 *  @param name what befalls them, for the message of a failure
 *  @returns when that is so, what else is known */
export async function playedWell(name: string, asked: Asked): Promise<Played> {
  const response = await fetch(inject('faultWorld'), { method: 'POST', body: JSON.stringify(asked) });
  if (!response.ok) throw new Error(await response.text());
  const played = (await response.json()) as Played;
  const { said, before, after, violations } = played;
  expect(violations, `${name}: ${said.join('; ')}`).toEqual([]);
  for (const [connector, check] of Object.entries(after)) {
    const { sent, written, errant, dropped, gap, lost, duplicates } = check;
    expect({ connector, lost }).toEqual({ connector, lost: 0 });
    if (check.connector.guarantee === 'exactly-once')
      expect({ connector, duplicates }).toEqual({ connector, duplicates: 0 });
    if (check.connector.isPattern) continue;
    // The load went on meanwhile.
    expect(sent, connector).toBeGreaterThan(before[connector]?.sent ?? 0);
    expect(written + errant + dropped + gap, connector).toBeGreaterThanOrEqual(sent);
  }
  return played;
}

/** A test: faults befall the world one after the other, and all is well.
 *  @param prove shows that the fault had the effect that it has in the field */
export function faultClass(name: string, plays: readonly Play[], prove: (played: Played) => void): void {
  it(
    `${name}: no gap, and no duplicate beyond the guarantee`,
    async () => prove(await playedWell(plays.map(([fault]) => fault).join(', '), { plays })),
    WORLD_TIMEOUT_MS,
  );
}

/** How a number of a connector's check grew. */
export function grown(
  { before, after }: Played,
  connector: string,
  number: 'sent' | 'written' | 'errant' | 'gap' | 'duplicates',
) {
  return (after[connector]?.[number] ?? 0) - (before[connector]?.[number] ?? 0);
}
