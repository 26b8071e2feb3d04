/** The kernel without WebAssembly: for engines that lack SIMD, and what the other one is held against. */
import { isUtf8 } from 'node:buffer';
import { jsonStringBytes, writeJsonString } from '../envelope/json-bytes.ts';
import { measureRecord, type StringEscaper, writeElements } from './elements.ts';
import type { Kernel } from './kernel.ts';

const escaper: StringEscaper = {
  added: (bytes, start, end) => jsonStringBytes(bytes, start, end) - (end - start) - 2,
  write: writeJsonString,
};

export const typescriptKernel: Kernel = {
  name: 'typescript',
  measure: (block, from, to, added) => {
    for (let index = from; index < to; index++) measureRecord(escaper, block, index, added, 2 * (index - from));
  },
  write: (template, block, from, to, target, at) => writeElements(escaper, template, block, from, to, target, at),
  buffer: Buffer.allocUnsafeSlow,
  grown: () => undefined,
  isUtf8: (bytes, start, end) => isUtf8(bytes.subarray(start, end)),
};
