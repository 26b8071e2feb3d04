/** A short run of what `npm run faults` does for hours: random faults under load, on a real Kafka of three brokers. */
import { expect, it } from 'vitest';
import { runFaults } from './runner/run-faults.ts';

const ROUNDS = 5;

it('loses nothing and doubles no object under random faults', async () => {
  const seed = Math.floor(Math.random() * 1_000_000);
  const log: string[] = [];
  const say = (line: string) => void log.push(line);
  const stop = new AbortController().signal;
  const result = await runFaults({ rounds: ROUNDS, seed, checkEvery: ROUNDS, only: [], say, stop });
  const story = `npm run faults -- --rounds ${ROUNDS} --seed ${seed}\n${log.join('\n')}`;
  expect(result.inspection.violations, story).toEqual([]);
  expect(result.rounds).toBe(ROUNDS);
  // Nothing is lost either where nothing was carried. What reads a pattern is fed by some faults only.
  const fed = result.inspection.checks.filter(({ connector }) => connector.isPattern !== true);
  expect(fed.length).toBeGreaterThan(3);
  for (const { connector, sent, written, errant, dropped } of fed) {
    expect(sent, connector.name).toBeGreaterThan(100);
    expect(written, connector.name).toBeGreaterThan(100);
    expect(written + errant + dropped, connector.name).toBeGreaterThanOrEqual(sent);
  }
}, 900_000);
