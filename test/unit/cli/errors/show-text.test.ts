import { expect, it } from 'vitest';
import { entryData, entryText } from '../../../../cli/errors/show-text.ts';
import { noteHeaders } from '../../../../shared/failure-note.ts';
import { errantEntry, errorRecord } from '../../../helpers/error-records.ts';

it('shows what a function said of its failure, with its trace and the end of its log', () => {
  const record = errorRecord({ topic: 'orders', offset: 7 });
  const note = noteHeaders({
    topic: 'orders',
    partition: 0,
    offset: 7,
    timestamp: 1,
    connector: 'c1',
    task: 0,
    stage: 'TASK_PUT',
    sinkClass: 'fc-sink',
    errorClass: 'FunctionFailure',
    message: 'TypeError: no customer',
    stack: 'at handler\nat run',
    functionLog: 'checking order 7\n\u001b[31mboom',
    code: 'FUNCTION_FAILED',
  });
  const entry = errantEntry({ ...record, headers: note });
  const text = entryText(entry, 1_000);
  expect(text).toContain('message                   TypeError: no customer');
  expect(text).toMatch(/trace\n {4}at handler\n {4}at run\n {2}log of the function\n {4}checking order 7\n/);
  // What a function logs does not reach the terminal as it is.
  expect(text).not.toContain('\u001b');
  expect(entryData(entry, 1_000)).toMatchObject({
    failure: { functionLog: expect.stringContaining('checking order 7') },
  });
});
