import { describe, expect, it } from 'vitest';
import {
  parsePlace,
  parseSource,
  selectionOfTexts,
} from '../../../../../functions/dispatcher/redrive/selection-text.ts';
import { ConfigError } from '../../../../../shared/errors.ts';

describe('parsePlace', () => {
  it('reads PARTITION:OFFSET and nothing else', () => {
    expect(parsePlace('0:17')).toEqual({ partition: 0, offset: 17 });
    for (const text of ['', '17', '0:', ':17', '0:-1', '0:1x', '-1:0']) expect(parsePlace(text)).toBeUndefined();
  });
});

describe('parseSource', () => {
  it('reads a topic, with a partition or without', () => {
    expect(parseSource('orders')).toEqual({ topic: 'orders' });
    expect(parseSource('orders:3')).toEqual({ topic: 'orders', partition: 3 });
    for (const text of ['', 'a b', 'orders:', 'orders:x', '..']) expect(parseSource(text)).toBeUndefined();
  });
});

describe('selectionOfTexts', () => {
  it('takes each text for what it says, and leaves out what is not given', () => {
    expect(selectionOfTexts({})).toEqual({ places: [] });
    const texts = {
      connector: 'c1',
      code: 'BAD',
      class: 'RecordError',
      source: 'orders:1',
      since: '2026-01-31T00:00:00Z',
      until: '2026-01-31T00:00:01Z',
      from: '2:1',
      upTo: '2:9',
      places: ['0:1', '0:2'],
    };
    expect(selectionOfTexts(texts)).toEqual({
      connector: 'c1',
      code: 'BAD',
      errorClass: 'RecordError',
      source: { topic: 'orders', partition: 1 },
      since: Date.UTC(2026, 0, 31),
      until: Date.UTC(2026, 0, 31) + 1_000,
      from: { partition: 2, offset: 1 },
      upTo: { partition: 2, offset: 9 },
      places: [
        { partition: 0, offset: 1 },
        { partition: 0, offset: 2 },
      ],
    });
  });

  it('names everything that means nothing at once', () => {
    const problems = () => {
      try {
        selectionOfTexts({ source: 'a b', since: 'today', from: '0:1', upTo: '1:1', places: ['x', '0:1'] });
      } catch (thrown) {
        if (thrown instanceof ConfigError) return thrown.problems.map(({ key }) => key);
      }
      return [];
    };
    expect(problems()).toEqual(['source', 'since', 'places', 'upTo']);
  });
});
