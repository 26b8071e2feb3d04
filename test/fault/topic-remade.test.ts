import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

faultClass(
  'topic deleted and made again',
  [
    ['topic-remade', 0],
    ['topic-remade', 1],
  ],
  (played) => {
    const sent = grown(played, 'function-apart', 'sent');
    const [written, errant, gap] = (['written', 'errant', 'gap'] as const).map((each) =>
      grown(played, 'function-apart', each),
    );
    expect(sent).toBeGreaterThanOrEqual(2 * (120 + 40) + 2 * (120 + 400));
    // What was in the new topics is there.
    expect(written).toBeGreaterThanOrEqual(2 * 40 + 2 * 400);
    expect(sent).toBe((written ?? 0) + (errant ?? 0) + (gap ?? 0));
  },
);
