import { describe, expect, it } from 'vitest';
import { asText, configOf, patched, sameConfig } from '../../../../../functions/control-plane/plane/given-config.ts';
import { shortened } from '../../../../../functions/control-plane/plane/shortened.ts';

describe('configurations as they are given', () => {
  it('become texts; what is null was not given', () => {
    expect(asText({ a: 'x', b: 7, c: false, d: null })).toEqual({ a: 'x', b: '7', c: 'false' });
  });

  it('get the name of their connector, and no other', () => {
    expect(configOf('c', { a: '1' })).toEqual({ a: '1', name: 'c' });
    expect(configOf('c', { a: '1', name: null })).toEqual({ a: '1', name: 'c' });
    expect(() => configOf('c', { name: 'd' })).toThrow("Connector name configuration (d) doesn't match");
  });

  it('are patched key by key', () => {
    expect(patched('c', { a: '1', b: '2', name: 'c' }, { a: null, b: 3, d: true, name: null })).toEqual({
      b: '3',
      d: 'true',
      name: 'c',
    });
    expect(patched('c', { name: 'old' }, { name: 'c' })).toEqual({ name: 'c' });
  });

  it('are the same in any order', () => {
    expect(sameConfig({ a: '1', b: '2' }, { b: '2', a: '1' })).toBe(true);
    expect(sameConfig({ a: '1' }, { a: '1', b: '2' })).toBe(false);
    expect(sameConfig({ a: '1', b: '2' }, { a: '1', c: '2' })).toBe(false);
    expect(sameConfig({ a: '1' }, { a: '2' })).toBe(false);
    expect(sameConfig({ toString: '1' }, { a: '1' })).toBe(false);
  });
});

describe('what is repeated in messages', () => {
  it('is short, and cannot move a terminal', () => {
    expect(shortened('a\u0007\u001b[31mb\n')).toBe('a[31mb');
    expect(shortened('x'.repeat(101))).toBe(`${'x'.repeat(100)}...`);
  });
});
