import { describe, expect, it } from 'vitest';
import { jsonProblem } from '../../../../shared/kernel/json-scan.ts';

function problemOf(value: string | Buffer, maxDepth = 3): string {
  const bytes = Buffer.from(value as string);
  // Among other bytes: positions count from the value's own start.
  const among = Buffer.concat([Buffer.from('{"'), bytes, Buffer.from('"}')]);
  const problem = jsonProblem(among, 2, 2 + bytes.length, maxDepth);
  return problem === undefined ? '' : `${problem.at}: ${problem.reason}`;
}

describe('a problem of JSON', () => {
  it.each([
    ['', '0: it is empty'],
    [' \n', '2: it is empty'],
    ['{"a":1', '6: it ends too early'],
    ['{"a":"x', '7: it ends too early'],
    ['{"a":"\\u00', '10: it ends too early'],
    ['[1,', '3: it ends too early'],
    ['-', '1: it ends too early'],
    ['tru', '3: it ends too early'],
    ['{a:1}', '1: a name in quotes is expected'],
    ['{"a":1,}', '7: a name in quotes is expected'],
    ['{"a" 1}', '5: a colon is expected'],
    ['{"a":}', '5: a value is expected'],
    ['[1,]', '3: a value is expected'],
    ["'a'", '0: a value is expected'],
    ['hello', '0: a value is expected'],
    ['{"a":1 "b":2}', '7: a comma or } is expected'],
    ['[1 2]', '3: a comma or ] is expected'],
    ['[01]', '2: a comma or ] is expected'],
    ['{}{}', '2: something follows the value'],
    ['1 x', '2: something follows the value'],
    ['[1.]', '3: a digit is expected'],
    ['[-a]', '2: a digit is expected'],
    ['[1e+]', '4: a digit is expected'],
    ['nope', '1: the rest of null is expected'],
    ['["a\tb"]', '3: a control character in a string, which must be escaped'],
    ['["\\x"]', '3: an escape that JSON does not have'],
    ['["\\u00g0"]', '6: four hexadecimal digits are expected'],
    ['\ufeff{}', '0: a byte order mark, which JSON must not have'],
    ['[[[[1]]]]', '3: more than 3 objects and arrays in each other'],
    ['[{"a":[{}]}]', '7: more than 3 objects and arrays in each other'],
    ['[[[1]]]', ''],
    [' {"a":[1.5e3]} ', ''],
  ])('%j: %s', (value, expected) => {
    expect(problemOf(value)).toBe(expected);
  });

  it('is the first of several: bytes that are no UTF-8 before what else is wrong, not after it', () => {
    const utf8 = 'bytes that are no UTF-8';
    expect(problemOf(Buffer.from('["a\xff"]', 'latin1'))).toBe(`3: ${utf8}`);
    expect(problemOf(Buffer.from('["中\xe4\xb8"]', 'latin1'))).toBe(`3: ${utf8}`);
    expect(problemOf(Buffer.concat([Buffer.from('["中'), Buffer.from('e4b822', 'hex'), Buffer.from(']')]))).toBe(
      `5: ${utf8}`,
    );
    expect(problemOf(Buffer.from('["a\xff",]', 'latin1'))).toBe(`3: ${utf8}`);
    expect(problemOf(Buffer.from('[x"a\xff"]', 'latin1'))).toBe('1: a value is expected');
    expect(problemOf(Buffer.from('["a\xf0\x9f\x98', 'latin1'))).toBe(`3: ${utf8}`);
    expect(problemOf(Buffer.from('\xff', 'latin1'))).toBe('0: a value is expected');
  });

  it('says whether depth is the reason', () => {
    expect(jsonProblem(Buffer.from('[[]]'), 0, 4, 1)?.isTooDeep).toBe(true);
    expect(jsonProblem(Buffer.from('[[x'), 0, 3, 2)?.isTooDeep).toBe(false);
  });
});
