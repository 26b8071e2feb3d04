import { describe, expect, it } from 'vitest';
import { patternComplaint } from '../../../../../functions/control-plane/policy/topic-pattern.ts';

describe('patterns of topics', () => {
  it.each([
    'orders-.*',
    '(eu|us)\\.orders\\.\\d+',
    '(?:[a-z]+-)+v\\d{1,3}',
    '(a+)+b',
    '((a{1,4})+)+b',
    '\\d{4}-\\d{2}-\\d{2}-\\d{2}-\\d{20}',
    '(?:[a-z]{8}-)*\\d{16}',
    '\\d{4}-\\d{2}-\\d{2}',
    '(?!internal-|test-).*',
    '(?!x)[a-z]+-(?:eu|us)?-\\d+',
    '[\\])+{1,99}]x',
    '(?<region>eu|us)-.*',
    '\\(a+\\)+',
    'a{b}',
    '(',
  ])('are tried: %s', (pattern) => {
    expect(patternComplaint(pattern)).toBeUndefined();
  });

  it.each([
    ['(a+)\\1', /refers back/],
    ['(?<x>a)\\k<x>', /refers back/],
    ['(?!x)(a+)+b', /look-ahead or look-behind, repeat no group/],
    ['(?<=x)a*a*a*a*b', /at most 3/],
    ['(?=a?a?a?a?a?a?a?a?a?a?a?)x', /may take for ever/],
    ['([a-z]{1,50}){1,50}!', /counts or repetitions within others, repeat no group/],
    ['(a+)+\\d{17}', /counts or repetitions/],
    ['((((a+)+)+)+)+b', /counts or repetitions/],
    ['(a{1,8}+)+', /counts or repetitions/],
    ['(x|(a{16}|a+)+)b', /counts or repetitions/],
    ['(a|b)*(x{4}){5}', /counts or repetitions/],
    ['a'.repeat(1001), /longer than 1000/],
  ])('are not tried: %s', (pattern, message) => {
    expect(patternComplaint(pattern)).toMatch(message);
  });
});
