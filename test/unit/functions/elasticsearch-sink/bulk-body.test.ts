import { describe, expect, it } from 'vitest';
import { BulkBody, type BulkOperation } from '../../../../functions/elasticsearch-sink/bulk-body.ts';
import { OutputBuffer } from '../../../../shared/envelope/output-buffer.ts';
import { RecordError } from '../../../../shared/errors.ts';
import { blockOf, PLAIN } from './document/setup.ts';

const OWN: BulkOperation = { action: 'index', index: 'orders', ownId: true, document: 'plain' };

/** Lines of one operation on the record `orders-3` at offset 42. */
function linesOf(operation: BulkOperation, value = '{"a":1}'): string {
  const output = new OutputBuffer(0);
  const bytes = new BulkBody(PLAIN).append(output, operation, blockOf(value), 0);
  expect(bytes).toBe(output.length);
  return output.result().toString();
}

function actionOf(operation: BulkOperation): unknown {
  return JSON.parse(linesOf(operation).split('\n')[0] ?? '');
}

describe('lines of an operation', () => {
  it('are the action and the document, each with a line feed', () => {
    expect(linesOf(OWN)).toBe('{"index":{"_index":"orders","_id":"orders+3+42"}}\n{"a":1}\n');
    expect(linesOf({ ...OWN, action: 'create' }, '[1]')).toBe(
      '{"create":{"_index":"orders","_id":"orders+3+42"}}\n{"value":[1]}\n',
    );
    expect(linesOf({ ...OWN, action: 'update', document: 'upsert' })).toBe(
      '{"update":{"_index":"orders","_id":"orders+3+42"}}\n{"doc":{"a":1},"doc_as_upsert":true}\n',
    );
    expect(linesOf({ action: 'delete', index: 'orders', id: 'k', ownId: false, document: 'none' }, 'no JSON')).toBe(
      '{"delete":{"_index":"orders","_id":"k"}}\n',
    );
    expect(linesOf({ action: 'index', index: 'orders', ownId: false, document: 'plain' })).toBe(
      '{"index":{"_index":"orders"}}\n{"a":1}\n',
    );
  });

  it('hold every text as JSON', () => {
    const evil = 'a"},{"\\\n\r\u0000\u2028中😀+{}';
    const named = { action: 'index', index: evil, id: evil, ownId: false, document: 'plain' } as const;
    expect(linesOf(named).match(/\n/g)).toHaveLength(2);
    expect(actionOf({ ...named, routing: evil, pipeline: evil, requireAlias: true })).toEqual({
      index: { _index: evil, _id: evil, routing: evil, pipeline: evil, require_alias: true },
    });
    expect(actionOf({ ...OWN, index: '","_id":"orders+3+', routing: evil, pipeline: '"_id":"' })).toEqual({
      index: { _index: '","_id":"orders+3+', _id: 'orders+3+42', routing: evil, pipeline: '"_id":"' },
    });
  });

  it('have versions with all their digits', () => {
    const versioned = { ...OWN, version: '9223372036854775807', versionType: 'external_gte' } as const;
    expect(linesOf(versioned)).toBe(
      '{"index":{"_index":"orders","_id":"orders+3+42","version":9223372036854775807,"version_type":"external_gte"}}\n{"a":1}\n',
    );
    expect(linesOf({ ...versioned, ownId: false, id: 'k' })).toContain('"_id":"k","version":9223372036854775807,');
    for (const version of ['', '-1', '1.5', '1}', '99999999999999999999']) {
      expect(() => linesOf({ ...versioned, version })).toThrow('version');
    }
  });
});

describe('a body', () => {
  it('holds operations of all kinds, one after the other', () => {
    const body = new BulkBody(PLAIN);
    const output = new OutputBuffer(0);
    const block = blockOf('{"a":1}', '{"b":2}', '{"c":3}');
    const elsewhere = { ...block, topic: 'returns' };
    const third = { ...block, partition: 4 };
    const cases: [BulkOperation, typeof block, string][] = [
      [OWN, block, '"orders","_id":"orders+3+'],
      [{ ...OWN }, block, '"orders","_id":"orders+3+'],
      [OWN, elsewhere, '"orders","_id":"returns+3+'],
      [{ ...OWN }, third, '"orders","_id":"orders+4+'],
      [{ ...OWN, index: 'b' }, block, '"b","_id":"orders+3+'],
      [{ ...OWN, routing: 'r' }, block, '"orders","_id":"orders+3+'],
      [{ ...OWN, pipeline: 'p' }, block, '"orders","_id":"orders+3+'],
      [{ ...OWN, action: 'create' }, block, '"orders","_id":"orders+3+'],
      [{ ...OWN, requireAlias: true }, block, '"orders","_id":"orders+3+'],
    ];
    let expected = '';
    // Each beside the plain one, so that it differs from the line before in one thing.
    const [plain] = cases;
    for (const [operation, from, lead] of cases.flatMap((one) => (plain ? [plain, one] : []))) {
      for (let i = 0; i < 3; i++) {
        expect(body.append(output, operation, from, i)).toBeGreaterThan(0);
        const { action, routing, pipeline, requireAlias } = operation;
        const more = `${routing ? ',"routing":"r"' : ''}${pipeline ? ',"pipeline":"p"' : ''}${requireAlias ? ',"require_alias":true' : ''}`;
        expected += `{"${action}":{"_index":${lead}${42 + i}"${more}}}\n{"${'abc'[i]}":${i + 1}}\n`;
      }
    }
    expect(output.result().toString()).toBe(expected);
  });

  it('keeps nothing of a record that has no document', () => {
    const body = new BulkBody(PLAIN);
    const output = new OutputBuffer(0);
    const block = blockOf('{"a":1}', 'x', '{"b":2}');
    const results = [0, 1, 2].map((i) => body.append(output, OWN, block, i));
    expect(results[1]).toBeInstanceOf(RecordError);
    expect(output.result().toString()).toBe(
      '{"index":{"_index":"orders","_id":"orders+3+42"}}\n{"a":1}\n{"index":{"_index":"orders","_id":"orders+3+44"}}\n{"b":2}\n',
    );
    expect(results.filter((result) => typeof result === 'number').reduce((sum, bytes) => sum + bytes, 0)).toBe(
      output.length,
    );
  });

  it('has offsets with all their digits', () => {
    const body = new BulkBody(PLAIN);
    const offsets = [0, 9, 10, 99_999_999, 100_000_000, Number.MAX_SAFE_INTEGER];
    const block = { ...blockOf(...offsets.map(() => '{}')), offsets: Float64Array.from(offsets) };
    const output = new OutputBuffer(0);
    for (let i = 0; i < offsets.length; i++) body.append(output, OWN, block, i);
    const lines = offsets.map((offset) => `{"index":{"_index":"orders","_id":"orders+3+${offset}"}}\n{}\n`);
    expect(output.result().toString()).toBe(lines.join(''));
  });
});
