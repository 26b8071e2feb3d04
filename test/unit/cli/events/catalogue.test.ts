import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FORMS, FUNCTIONS, renderTestEvent, type TestForm } from '../../../../cli/events/catalogue.ts';
import { failedCallsOf } from '../../../../functions/dead-letter/destination-event.ts';
import { orderOf } from '../../../../functions/dispatcher/timed/run-order.ts';
import { sampleRecords } from '../../../../shared/test-events/sample-records.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/events');
const fixture = (form: TestForm) => readFileSync(join(FOLDER, `${form}.json`), 'utf8');
const ALL_FORMS = Object.keys(FORMS) as TestForm[];

describe('test/fixtures/events', () => {
  it.each(ALL_FORMS)('%s.json is what `spillway events --form` of it prints now: if not, print it anew', (form) => {
    const printed = renderTestEvent(form, sampleRecords('orders', 5));
    expect(fixture(form)).toBe(printed);
  });

  it('has no event that nothing prints', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(ALL_FORMS.map((form) => `${form}.json`).sort());
  });
});

describe('functions with test events', () => {
  it('are those that are built, and the function of a user', () => {
    const folders = readdirSync(join(import.meta.dirname, '../../../../functions'));
    const names = FUNCTIONS.map(({ name }) => name);
    expect(names.filter((name) => name !== 'fc-sink' && !folders.includes(name))).toEqual([]);
    expect(names).toContain('fc-sink');
    expect(new Set(FUNCTIONS.flatMap(({ forms }) => forms))).toEqual(new Set(ALL_FORMS));
  });

  it('that are no sinks understand what the platform itself sends them', () => {
    expect(JSON.parse(fixture('timer'))).toMatchObject({ triggerTime: expect.any(String), payload: '' });
    expect(orderOf(Buffer.from(fixture('timer')))).toEqual({ resumeStopped: false });
    const { calls, refused } = failedCallsOf(Buffer.from(fixture('failure')));
    expect([calls.length, refused]).toEqual([1, undefined]);
    const [failed] = calls;
    expect(failed?.payload).toEqual(JSON.parse(fixture('envelope')));
    expect(JSON.parse(String(failed?.response))).toMatchObject({ errorMessage: 'boom' });
  });
});
