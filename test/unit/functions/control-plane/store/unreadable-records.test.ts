import { describe, expect, it } from 'vitest';
import { UnreadableRecords } from '../../../../../functions/control-plane/store/unreadable-records.ts';
import { silentLogger } from '../../../../../shared/logger.ts';

describe('UnreadableRecords', () => {
  it('names the first hundred, cuts long keys, and counts the rest', () => {
    const said: { key?: string; count?: number }[] = [];
    const logger = { ...silentLogger, warn: (fields: object) => void said.push(fields) };
    const unreadable = new UnreadableRecords('config', logger);
    for (let offset = 0; offset < 250; offset++)
      unreadable.record({ partition: 0, offset, key: Buffer.from('k'.repeat(5_000)), value: null }, 'no such key');
    expect(unreadable.count).toBe(250);
    expect(said).toHaveLength(101);
    expect(said[0]).toMatchObject({ topic: 'config', partition: 0, offset: 0, why: 'no such key' });
    expect(said[0]?.key).toHaveLength(123);
    expect(said.at(-1)?.count).toBe(100);
  });
});
