import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

const plays = [
  ['poison', 0],
  ['poison', 1],
  ['poison', 3],
] as const;
/** First, last, every second of 50. */
const BAD = 1 + 1 + 25;
/** Records of the checker, one a partition of the topics that the connector reads: they may be bad, too. */
const MARKS = 3;

faultClass('poison record first, last, and every second one', plays, (played) => {
  expect(played.said).toEqual(['first of 50', 'last of 50', 'every second of 50']);
  const [written = 0, errant = 0] = (['written', 'errant'] as const).map((each) =>
    grown(played, 'function-apart', each),
  );
  expect(written).toBeGreaterThanOrEqual(3 * 50 - BAD);
  expect(errant).toBeGreaterThanOrEqual(BAD);
  // Nothing else is taken for errant.
  expect(errant).toBeLessThanOrEqual(BAD + MARKS);
  expect(played.logged['the records to blame were looked for']).toBeGreaterThan(0);
});
