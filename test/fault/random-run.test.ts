/** A short run of what `npm run faults` does for hours: random faults under load, on a real Kafka of three brokers. */
import { expect, it } from 'vitest';
import { playedWell, WORLD_TIMEOUT_MS } from './fault-class.ts';

const ROUNDS = 3;

it(
  'loses nothing and doubles no object under random faults',
  async () => {
    const seed = Math.floor(Math.random() * 1_000_000);
    const { said, before, after } = await playedWell(`seed ${seed}`, { rounds: ROUNDS, seed });
    expect(said.filter((detail) => detail.startsWith('round '))).toHaveLength(ROUNDS);
    // Nothing is lost either where nothing was carried. What reads a pattern is fed by some faults only.
    const fed = Object.entries(after).filter(([, { connector }]) => connector.isPattern !== true);
    expect(fed.length).toBeGreaterThan(3);
    for (const [name, { written }] of fed) expect(written, name).toBeGreaterThan((before[name]?.written ?? 0) + 50);
  },
  WORLD_TIMEOUT_MS,
);
