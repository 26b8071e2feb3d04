import { describe, expect, it } from 'vitest';
import {
  type Claims,
  decodeClaims,
  decodeGiven,
  encodeClaims,
  encodeGiven,
  type Given,
} from '../../../../../functions/control-plane/herder/group-messages.ts';

const share = { connectors: ['c', '__proto__'], tasks: new Map([['c', [0, 2]]]) };
const claims: Claims = { workerId: 'w:1', generation: 3, has: share };
const given: Given = { generation: 4, leader: 'w:1', workers: ['w:1', 'w:2'], share };

describe('what workers and their leader say', () => {
  it('comes through as it is', () => {
    expect(decodeClaims(encodeClaims(claims))).toEqual(claims);
    expect(decodeGiven(encodeGiven(given))).toEqual(given);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '\0\0\0'],
    ['another version', '{"version":2,"worker":"w","generation":1,"connectors":[],"tasks":{}}'],
    ['a task that is no number', '{"version":1,"worker":"w","generation":1,"connectors":[],"tasks":{"c":["0"]}}'],
    ['a negative task', '{"version":1,"worker":"w","generation":1,"connectors":[],"tasks":{"c":[-1]}}'],
  ])('is not understood when it is %s', (_what, text) => {
    expect(decodeClaims(Buffer.from(text))).toBeUndefined();
    expect(decodeGiven(Buffer.from(text))).toBeUndefined();
  });
});
