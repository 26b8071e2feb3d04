import { describe, expect, it } from 'vitest';
import { printable } from '../../../cli/shown-bytes.ts';

describe('printable', () => {
  it('leaves nothing that steers a terminal', () => {
    expect(printable('a\u001b[2Jb\u0007\u007f\u009b\r')).toBe('a\\u001b[2Jb\\u0007\\u007f\\u009b\\u000d');
  });

  it('leaves text, line breaks and tabs as they are', () => {
    expect(printable('größe\t€\n😀')).toBe('größe\t€\n😀');
  });
});
