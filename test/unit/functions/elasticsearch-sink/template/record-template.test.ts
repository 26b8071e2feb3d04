import { describe, expect, it } from 'vitest';
import { parseTemplate, templateOf } from '../../../../../functions/elasticsearch-sink/template/record-template.ts';
import { RecordCursor } from '../../../../../functions/elasticsearch-sink/template/template-record.ts';
import { ConfigError } from '../../../../../shared/errors.ts';
import { blockOf, type ShortRecord } from '../../../../helpers/records.ts';

const KEY = 'elasticsearch.index';
const RECORD = {
  key: 'K-1',
  value: '{"a":{"b":"Text","n":12,"t":true},"list":[1,"two"]}',
  timestamp: Date.UTC(2024, 1, 29, 23, 30),
  headers: [
    { key: 'app', value: Buffer.from('first') },
    { key: 'app', value: Buffer.from('Web') },
  ],
};

function render(template: string, record: Omit<ShortRecord, 'offset'> = {}, timeZone?: string) {
  const block = blockOf([{ offset: 42, ...RECORD, ...record }], { topic: 'Orders', partition: 7 });
  return parseTemplate(template, KEY, timeZone).render(new RecordCursor().at(block, 0));
}

describe('templates', () => {
  it.each([
    ['logs', 'logs'],
    ['{topic}-{partition}-{offset}', 'Orders-7-42'],
    ['{key}', 'K-1'],
    ['{lower:topic}', 'orders'],
    ['{lower:key}-{lower:header:app}-{lower:value:/a/b}', 'k-1-web-text'],
    ['{timestamp}', '1709249400000'],
    ['logs-{timestamp:yyyy.MM.dd-HH:mm:ss}', 'logs-2024.02.29-23:30:00'],
    ['{header:app}', 'Web'],
    ['{value:/a/b}/{value:/a/n}/{value:/a/t}/{value:/list/1}', 'Text/12/true/two'],
    ['{{{topic}}}', '{Orders}'],
    ['{{topic}}', '{topic}'],
  ])('%s is %s', (template, text) => {
    expect(render(template)).toBe(text);
  });

  it('show record time in the time zone', () => {
    expect(render('{timestamp:yyyy-MM-dd HH}', {}, 'Asia/Shanghai')).toBe('2024-03-01 07');
  });

  it.each([
    ['9007199254740993', '9007199254740993'],
    ['9007199254740992', '9007199254740992'],
    ['-9007199254740993', '-9007199254740993'],
    ['12345678901234567890123', '12345678901234567890123'],
    ['1.50', '1.50'],
    ['1e400', '1e400'],
    ['1.0', '1'],
    ['-0', '0'],
  ])('show the number %s as %s, however many digits it has', (number, text) => {
    const value = `{"other": "${number}", "list": [ 1, ${number} , "x" ]}`;
    expect(render('{value:/list/1}', { value })).toBe(text);
  });

  it('show the last of members with one name, also with all its digits', () => {
    expect(render('{value:/a}', { value: '{"a":1,"a":12345678901234567890}' })).toBe('12345678901234567890');
  });

  it.each([
    ['{key}', { key: null }, 'the key is null'],
    ['{key}', { key: Buffer.from([0xff]) }, 'not UTF-8'],
    ['{header:none}', {}, '{header:none} has nothing to stand for'],
    ['{header:app}', { headers: [{ key: 'app', value: null }] }, 'its value is null'],
    ['{header:app}', { headers: [{ key: 'app', value: Buffer.from([0xff]) }] }, 'not UTF-8'],
    ['{value:/a}', {}, '{value:/a} has nothing to stand for'],
    ['{value:/list}', {}, 'no text, number, true or false'],
    ['{value:/none}', {}, 'no text, number, true or false'],
    ['{value:/a/b}', { value: '{"a":{"b":null}}' }, 'no text, number, true or false'],
    ['{value:/a/b}', { value: null }, 'no text, number, true or false'],
    ['{value:/a}', { value: '{"a":"\\ud800"}' }, '{value:/a} has nothing to stand for'],
    ['{lower:value:/none}', {}, '{lower:value:/none} has nothing to stand for'],
    ['{timestamp}', { timestamp: -1 }, 'the record has no time'],
    ['{timestamp:yyyy}', { timestamp: -1 }, 'the record has no time'],
    ['{timestamp:yyyy}', { timestamp: 9e15 }, 'on no calendar'],
    ['{key}', { key: '' }, 'the whole text is empty'],
  ])('%s with nothing to stand for makes the record errant, example %#', (template, record, words) => {
    const act = () => render(template, record);
    expect(act).toThrow(
      expect.objectContaining({
        code: 'TEMPLATE_UNRESOLVED',
        context: { topic: 'Orders', partition: 7, offset: 42 },
      }),
    );
    expect(act).toThrow(words);
    expect(act).toThrow(`Orders-7 at offset 42: ${KEY}=${template}: `);
  });

  it('say where a value is no JSON, and nothing of what it holds', () => {
    const act = () => render('{value:/a}', { value: '{"a": hunter2}' });
    expect(act).toThrow(
      expect.objectContaining({ code: 'VALUE_NOT_JSON', message: expect.stringContaining('byte 6') }),
    );
    expect(act).not.toThrow('hunter2');
  });

  it('say everything wrong with them', () => {
    const act = () => parseTemplate('{a}{value:b}{header}{topic:x}{lower:}{', KEY);
    expect(act).toThrow(ConfigError);
    try {
      act();
    } catch (thrown) {
      const problems = thrown instanceof ConfigError ? thrown.problems : [];
      expect(problems.map(({ key }) => key)).toEqual(Array.from({ length: 6 }, () => KEY));
    }
  });

  it('know what of a record they look at', () => {
    const of = (text: string) => parseTemplate(text, KEY);
    expect(of('{{a}}')).toMatchObject({ isConstant: true, needsKey: false, needsValue: false });
    expect(of('a{topic}')).toMatchObject({ isConstant: false, needsKey: false, needsValue: false });
    expect(of('{lower:key}')).toMatchObject({ isConstant: false, needsKey: true, needsValue: false });
    expect(of('{value:/a}')).toMatchObject({ isConstant: false, needsKey: false, needsValue: true });
  });

  it('are known by the topic where they look at no more', () => {
    expect(parseTemplate('a-{topic}-{lower:topic}', KEY).ofTopic('B')).toBe('a-B-b');
    expect(parseTemplate('{topic}-{partition}', KEY).ofTopic('B')).toBeUndefined();
    expect(parseTemplate('{lower:key}', KEY).ofTopic('B')).toBeUndefined();
  });

  it('without parts give no text', () => {
    const empty = templateOf([], 'nothing');
    expect(empty.isConstant).toBe(false);
    expect(() => empty.render(new RecordCursor().at(blockOf([0]), 0))).toThrow('the whole text is empty');
  });
});

describe('the record of a template', () => {
  it('parses its value once, and again for the next record', () => {
    const cursor = new RecordCursor();
    const block = blockOf([
      { offset: 0, value: '{"a":1}' },
      { offset: 1, value: '{"a":2}' },
    ]);
    const first = cursor.at(block, 0).json();
    expect(cursor.json()).toBe(first);
    expect(cursor.at(block, 1).json()).toEqual({ a: 2 });
  });
});
