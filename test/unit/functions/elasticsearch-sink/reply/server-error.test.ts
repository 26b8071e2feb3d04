import { describe, expect, it } from 'vitest';
import {
  boundedLine,
  describeServerError,
  readServerError,
} from '../../../../../functions/elasticsearch-sink/reply/server-error.ts';

function described(error: unknown): string {
  const read = readServerError(error);
  return read === undefined ? '' : describeServerError(read);
}

describe('readServerError', () => {
  it('reads type, reason and causes, of any shape', () => {
    const error = { type: 't', reason: 'r', caused_by: { type: 'u', reason: null, caused_by: { reason: 's' } } };
    expect(readServerError(error)).toEqual({
      type: 't',
      reason: 'r',
      causes: [
        { type: 'u', reason: '' },
        { type: '', reason: 's' },
      ],
    });
    expect(readServerError('text')).toEqual({ type: '', reason: 'text', causes: [] });
    expect(readServerError({ type: 7, caused_by: 'x' })).toEqual({ type: '', reason: '', causes: [] });
    for (const nothing of ['', undefined, null, 7, []]) expect(readServerError(nothing)).toBeUndefined();
  });

  it('follows causes only so far', () => {
    let error: object = { type: 'last', reason: 'last' };
    for (let depth = 0; depth < 50; depth++) error = { type: `t${depth}`, reason: `r${depth}`, caused_by: error };
    expect(readServerError(error)?.causes).toHaveLength(3);
  });
});

describe('describeServerError', () => {
  it('joins them, and says nothing twice', () => {
    const caused_by = { type: 'illegal_argument_exception', reason: 'no timestamp' };
    expect(described({ type: 'a', reason: 'failed to parse', caused_by })).toBe(
      'a: failed to parse; caused by illegal_argument_exception: no timestamp',
    );
    expect(described({ type: 'a', reason: 'failed to parse: no timestamp', caused_by })).toBe(
      'a: failed to parse: no timestamp',
    );
    expect(described({ type: 'master_not_discovered_exception', reason: null })).toBe(
      'master_not_discovered_exception',
    );
  });

  it('leaves out excerpts of the request, with the credentials in its headers', () => {
    const source =
      '(byte[])"POST /_bulk HTTP/1.1\r\nAuthorization: Basic c2VjcmV0\r\n\r\n{"n":"; line: 9, column: 9]"}"';
    const reason = `Unexpected end (start marker at [Source: ${source}; line: 1, column: 1])\n at [Source: ${source}; line: 1, column: 8]`;
    expect(described({ type: 'json_e_o_f_exception', reason })).toBe(
      'json_e_o_f_exception: Unexpected end (start marker at [line 1, column 8]',
    );
    expect(described(`odd at [Source: ${source} with no end`)).not.toContain('c2VjcmV0');
    const cut = 'odd at [Source: (byte[])"Authorization: Basic c2VjcmV0';
    expect(described({ type: 't', reason: 'r', caused_by: { type: 'u', reason: cut } })).toBe(
      't: r; caused by u: odd at',
    );
  });

  it('is one line of bounded length', () => {
    const text = described({
      type: 't',
      reason: `a\n\tb\u0000c ${'x'.repeat(5_000)}`,
      caused_by: { reason: 'y'.repeat(5_000) },
    });
    expect(text.startsWith('t: a b c xxx')).toBe(true);
    expect(text).toHaveLength(1_001);
    expect(text.endsWith('x…')).toBe(true);
  });

  it('cuts no character in halves', () => {
    expect(boundedLine(`${'x'.repeat(999)}😀`)).toBe(`${'x'.repeat(999)}…`);
    expect(boundedLine(`${'x'.repeat(998)}😀`)).toBe(`${'x'.repeat(998)}😀`);
  });
});
