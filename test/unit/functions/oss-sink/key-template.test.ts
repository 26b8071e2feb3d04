import { describe, expect, it } from 'vitest';
import {
  DEFAULT_KEY_TEMPLATE,
  keyTemplateProblems,
  objectNaming,
} from '../../../../functions/oss-sink/key-template.ts';
import { blockOf } from '../../../helpers/records.ts';

const naming = (template: string, options: { prefix?: string; timeZone?: string } = {}) =>
  objectNaming({ prefix: '', timeZone: 'UTC', extension: '.json', ...options, template });

describe('object names', () => {
  const block = blockOf([{ offset: 42, key: 'k/1', timestamp: Date.UTC(2024, 1, 29, 23, 30) }], {
    topic: 'orders',
    partition: 7,
  });

  it('by default say topic, partition and first offset, padded so that they sort', () => {
    expect(naming(DEFAULT_KEY_TEMPLATE).nameOf(block, 0)).toBe('orders/7/00000000000000000042.json');
  });

  it.each(['logs', 'logs/'])('begin with the prefix %s and one slash', (prefix) => {
    expect(naming(DEFAULT_KEY_TEMPLATE, { prefix }).nameOf(block, 0)).toBe('logs/orders/7/00000000000000000042.json');
  });

  it('show record time in the time zone asked for, and the key', () => {
    const template = 'dt={timestamp:yyyy-MM-dd}/h={timestamp:HH}/{topic}-{partition}/{key}/{offset}';
    const name = naming(template, { timeZone: 'Asia/Shanghai' }).nameOf(block, 0);
    expect(name).toBe('dt=2024-03-01/h=07/orders-7/k/1/00000000000000000042.json');
  });

  it('show the last offset there is with all its digits', () => {
    const last = blockOf([Number.MAX_SAFE_INTEGER]);
    expect(naming('{topic}{partition}{offset}').nameOf(last, 0)).toBe('orders000009007199254740991.json');
  });

  it('show braces that were doubled', () => {
    expect(naming('{{{topic}}}/{partition}/{offset}').nameOf(block, 0)).toMatch(/^\{orders\}\/7\//);
  });

  it('show a null key as null', () => {
    expect(naming('{topic}/{partition}/{key}/{offset}').nameOf(blockOf([0]), 0)).toContain('/null/');
  });
});

describe('windows', () => {
  const template = (inside: string) => naming(`{topic}/{partition}/${inside}/{offset}`).windowOf;
  const HOUR = 3_600_000;

  it('do not exist where a name depends on topic, partition and offset only', () => {
    expect(naming(DEFAULT_KEY_TEMPLATE).windowOf).toBeUndefined();
  });

  it('are the rendered record time', () => {
    const block = blockOf([
      { offset: 0, timestamp: 0 },
      { offset: 1, timestamp: HOUR - 1 },
      { offset: 2, timestamp: HOUR },
    ]);
    expect([0, 1, 2].map((i) => template('{timestamp:yyyy/MM/dd/HH}')?.(block, i))).toEqual([
      '1970/01/01/00',
      '1970/01/01/00',
      '1970/01/01/01',
    ]);
  });

  it('tell keys apart, also those that are no UTF-8', () => {
    const keys = ['a', 'b', 'a', '', null, Buffer.from([0xff]), Buffer.from([0xfe])];
    const block = blockOf(keys.map((key, offset) => ({ offset, key })));
    const windows = keys.map((_, i) => template('{key}')?.(block, i));
    expect(windows[0]).toBe(windows[2]);
    expect(new Set(windows).size).toBe(6);
  });

  it('tell every pair of time and key apart', () => {
    const block = blockOf([
      { offset: 0, timestamp: 0, key: 'a' },
      { offset: 1, timestamp: 0, key: 'b' },
      { offset: 2, timestamp: HOUR, key: 'a' },
    ]);
    const windowOf = template('{timestamp:HH}{timestamp:dd}{key}');
    expect(new Set([0, 1, 2].map((i) => windowOf?.(block, i))).size).toBe(3);
  });
});

describe('keyTemplateProblems', () => {
  it('finds none in a good template', () => {
    expect(keyTemplateProblems('{topic}/{timestamp:yyyy}/{key}/{partition}-{offset}')).toEqual([]);
  });

  it.each([
    ['{topic}/{partition}', ['{offset} missing']],
    ['plain', ['{topic}, {partition}, {offset} missing']],
    ['{topic}/{partition}/{offset}/{date}', ['unknown placeholder {date}']],
    ['{topic}/{partition}/{offset}/{}', ['unknown placeholder {}']],
    ['{topic}/{partition}/{offset}/{timestamp:YYYY}', ['`YYYY` is no part of a time']],
    ['{topic}/{partition}/{offset}}', ['a brace without its partner']],
    ['{topic/{partition}/{offset}', ['a brace', '{topic} missing']],
  ])('finds what is wrong with %s', (template, problems) => {
    const found = keyTemplateProblems(template);
    expect(found).toHaveLength(problems.length);
    for (const [i, words] of problems.entries()) expect(found[i]).toContain(words);
  });
});
