import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { eventsText, logsText } from '../../../../cli/connectors/activity-commands.ts';

describe('eventsText', () => {
  it('tells where a record was, and how often it happened', () => {
    const event = {
      ...{
        worker: 'w:1',
        at: 0,
        kind: 'errant-record',
        message: 'to the error topic',
        task: 2,
        code: 'VALUE_NOT_UTF8',
      },
      ...{ topic: 'orders', partition: 3, offset: 17, count: 4 },
    };
    expect(eventsText({ events: [event] })).toBe(
      '1970-01-01T00:00:00.000Z  w:1  errant-record task 2  VALUE_NOT_UTF8: to the error topic (orders-3 offset 17), 4 times\n',
    );
  });

  it('is one line an event, whatever its message holds', () => {
    expect(eventsText({ events: [{ worker: 'w', at: 0, kind: 'error', message: 'a\nb\u001b[2J' }] })).toBe(
      '1970-01-01T00:00:00.000Z  w  error  a b\\u001b[2J\n',
    );
  });

  it('says that there is nothing', () => {
    expect(eventsText({ events: [] })).toBe('nothing happened lately\n');
  });
});

describe('logsText', () => {
  it('shows fields behind the message', () => {
    const logs = [{ worker: 'w', at: 0, level: 'warn', message: 'm', fields: { a: 1 } }];
    expect(stripVTControlCharacters(logsText({ logs }))).toBe('1970-01-01T00:00:00.000Z  w  warn  m  {"a":1}\n');
  });
});
