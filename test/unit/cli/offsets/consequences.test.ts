import { describe, expect, it } from 'vitest';
import { consequences } from '../../../../cli/offsets/consequences.ts';
import { fcSink } from '../../../../functions/dispatcher/fc-sink.ts';
import type { OffsetMove } from '../../../../functions/dispatcher/offsets/moves.ts';
import { elasticsearchSink } from '../../../../functions/elasticsearch-sink/config.ts';
import { ossSink } from '../../../../functions/oss-sink/config.ts';

function move(effect: OffsetMove['effect'], from: number, to: number, drops?: OffsetMove['drops']): OffsetMove {
  return { topic: 'orders', partition: 0, from, to, effect, range: { from, to }, drops, notes: [] };
}

describe('consequences', () => {
  it('says in plain words what is never delivered', () => {
    const [first, ...others] = consequences([move('skipped', 10, 30), move('skipped', 0, 5)], ossSink);
    expect(first).toMatch(/^25 records will NOT be delivered \(at most: /);
    expect(others).toEqual([]);
    expect(consequences([move('skipped', 10, 11)], ossSink)[0]).toMatch(/^1 record will NOT/);
  });

  it('says what it means for the target to get records again', () => {
    const toObjects = consequences([move('again', 10, 30), move('skipped', 0, 5)], ossSink);
    expect(toObjects[1]).toMatch(/^20 records will be delivered, or delivered again/);
    expect(toObjects[2]).toContain('two objects');
    expect(toObjects[2]).toContain('oss.object.prefix');
    const toDocuments = consequences([move('again', 10, 30)], elasticsearchSink);
    expect(toDocuments[1]).toContain('elasticsearch.id.strategy=server');
    const byId = consequences([move('again', 10, 30)], { ...fcSink, callsHaveIds: true });
    expect(byId.at(-1)).toContain('does not take them for repeats');
    const toFunction = consequences([move('again', 10, 30)], fcSink);
    expect(toFunction[1]).toContain('topic, partition and offset');
  });

  it('says what is dropped, and what follows from that', () => {
    const stopMark = { offset: 12, code: 'VALUE_NOT_UTF8' };
    const plan = { batches: 2, last: 80 };
    const said = consequences(
      [
        move('none', 12, 12, { stopMark, plan, other: false }),
        move('none', 12, 12, { plan: { batches: 1, last: 30 }, other: false }),
        move('none', 12, 12, { other: true }),
      ],
      ossSink,
    );
    expect(said).toEqual([
      'orders-0: what is stored with the commit is dropped (stopped at offset 12 (VALUE_NOT_UTF8), 2 planned batches, up to offset 80): it is resumed; what of its planned batches is written already is delivered again and cut anew.',
      'orders-0: what is stored with the commit is dropped (1 planned batch, up to offset 30): what of its planned batches is written already is delivered again and cut anew.',
      'orders-0: what is stored with the commit is dropped (metadata that this version does not read).',
    ]);
  });
});
