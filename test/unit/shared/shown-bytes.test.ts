import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shown } from '../../../shared/shown-bytes.ts';

describe('shown', () => {
  it('is text as it stands where all of it is text', () => {
    expect(shown(Buffer.from('größe'), 100)).toEqual({ bytes: 7, encoding: 'utf8', head: 'größe', cut: false });
    expect(shown(Buffer.alloc(0), 100)).toEqual({ bytes: 0, encoding: 'utf8', head: '', cut: false });
  });

  it('cuts before a character that does not fit, and not within it', () => {
    const euros = Buffer.from('€€');
    for (const [headBytes, head] of [
      [2, ''],
      [3, '€'],
      [4, '€'],
      [5, '€'],
    ] as const)
      expect(shown(euros, headBytes)).toEqual({ bytes: 6, encoding: 'utf8', head, cut: true });
    expect(shown(euros, 6).cut).toBe(false);
  });

  it('is base64 of exactly so many bytes where it is no text', () => {
    const body = Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x80]);
    expect(shown(body, 3)).toEqual({ bytes: 5, encoding: 'base64', head: '//4A', cut: true });
    expect(shown(body, 5)).toEqual({ bytes: 5, encoding: 'base64', head: '//4AgIA=', cut: false });
  });

  it('shows the beginning of any text, and all of it where there is room', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, headBytes) => {
        const body = Buffer.from(text);
        const { head, encoding, cut } = shown(body, headBytes);
        expect(encoding).toBe('utf8');
        expect(text.startsWith(head)).toBe(true);
        expect(Buffer.byteLength(head)).toBeLessThanOrEqual(headBytes);
        expect(cut).toBe(body.length > Buffer.byteLength(head));
        expect(cut).toBe(body.length > headBytes);
      }),
    );
  });
});
