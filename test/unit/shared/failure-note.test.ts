import { describe, expect, it } from 'vitest';
import { noteHeaders, splitNote } from '../../../shared/failure-note.ts';

const NOTE = {
  topic: 'orders',
  partition: 3,
  offset: 17,
  timestamp: 1_600_000_000_000,
  connector: 'c1',
  task: 2,
  stage: 'TASK_PUT',
  sinkClass: 'oss-sink',
  errorClass: 'RecordError',
  message: '不是 UTF-8',
  stack: 'at x',
  code: 'VALUE_NOT_UTF8',
};

describe('a failure note', () => {
  it('is told apart from the headers before it', () => {
    const own = [{ key: 'a', value: null }];
    expect(splitNote([...own, ...noteHeaders(NOTE)])).toEqual({ own, note: NOTE });
  });

  it('carries the log of the function, where there is one', () => {
    const note = { ...NOTE, functionLog: 'connected\nboom 不' };
    const headers = noteHeaders(note);
    expect(headers.at(-1)?.key).toBe('spillway.function.log');
    expect(splitNote(headers)).toEqual({ own: [], note });
    // A record that had such a note as its own.
    expect(splitNote([...headers, ...noteHeaders(NOTE)])).toEqual({ own: headers, note: NOTE });
  });

  it('is only the last one: a record that was in an error topic before keeps that note as its own', () => {
    const own = noteHeaders({ ...NOTE, offset: 1 });
    expect(splitNote([...own, ...noteHeaders(NOTE)])).toEqual({ own, note: NOTE });
  });

  it.each([
    ['a header is missing', noteHeaders(NOTE).slice(1)],
    ['something follows it', [...noteHeaders(NOTE), { key: 'x', value: null }]],
    ['the order is another', noteHeaders(NOTE).reverse()],
    ['there are none', []],
  ])('is none when %s', (_, headers) => {
    expect(splitNote(headers)).toBeUndefined();
  });

  it.each([
    ['topic', 'no/topic'],
    ['topic', null],
    ['partition', '-1'],
    ['offset', '1e3'],
    ['offset', '9999999999999999'],
    ['timestamp', 'yesterday'],
  ])('is none when its %s is %s', (name, text) => {
    const headers = noteHeaders(NOTE).map((header) =>
      header.key === `__connect.errors.${name}`
        ? { ...header, value: text === null ? null : Buffer.from(text) }
        : header,
    );
    expect(splitNote(headers)).toBeUndefined();
  });
});
