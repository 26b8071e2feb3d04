import { expect, inject, it } from 'vitest';
import type { Play, Played } from './runner/shared-world.ts';

/** With the time that others have the world. */
const TIMEOUT_MS = 600_000;

async function play(plays: readonly Play[]): Promise<Played> {
  const response = await fetch(inject('faultWorld'), { method: 'POST', body: JSON.stringify(plays) });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Played;
}

/** A test: faults befall a Kafka of three brokers, two workers and all targets under steady load, one after the other; then everything
 *  that was sent is compared with everything that is found. No record is lost, and none is in two objects of an `exactly-once` connector.
 *  @param prove shows that the fault had the effect that it has in the field */
export function faultClass(name: string, plays: readonly Play[], prove: (played: Played) => void): void {
  it(
    `${name}: no gap, and no duplicate beyond the guarantee`,
    async () => {
      const played = await play(plays);
      const { said, before, after, violations } = played;
      const story = `${plays.map(([fault]) => fault).join(', ')}: ${said.join('; ')}`;
      expect(violations, story).toEqual([]);
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
      prove(played);
    },
    TIMEOUT_MS,
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
