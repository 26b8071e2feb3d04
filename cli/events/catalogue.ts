/** Every function that a test event can be printed for, and what the event looks like. */
import type { EventForm } from '../../shared/envelope/normalise.ts';
import type { RecordBlock } from '../../shared/records.ts';
import { failureEvent, timerEvent } from '../../shared/test-events/platform-events.ts';
import { EVENT_FORMS, renderEvent } from '../../shared/test-events/render-event.ts';
import { SINKS } from '../sinks.ts';

/** What the platform itself sends to functions that are no sinks. */
type PlatformForm = 'timer' | 'failure';
export type TestForm = EventForm | PlatformForm;

/** Each form, and who sends it. */
export const FORMS: Readonly<Record<TestForm, string>> = {
  envelope: 'what a dispatcher of Spillway sends, and answers are read',
  cloudevents: 'what a native Kafka trigger sends: an array of CloudEvents objects',
  'cloudevents-strings': 'the same, each object as a string of JSON',
  raw: 'what a native trigger sends with the push format RawData',
  timer: 'what a timer trigger sends',
  failure: 'what an on-failure destination gets of an asynchronous call that failed to the last',
};

export interface TestedFunction {
  /** The folder's name, and that of the built bundle. */
  readonly name: string;
  readonly title: string;
  /** The first is the default. */
  readonly forms: readonly TestForm[];
}

export const FUNCTIONS: readonly TestedFunction[] = [
  ...SINKS.map(({ connectorClass, title }) => ({ name: connectorClass, title, forms: EVENT_FORMS })),
  { name: 'dispatcher', title: 'The dispatcher, started by a timer', forms: ['timer'] },
  { name: 'dead-letter', title: 'Where failed asynchronous calls go', forms: ['failure'] },
];

/** The event as text of JSON, with a line break at its end. */
export function renderTestEvent(form: TestForm, records: RecordBlock): string {
  switch (form) {
    case 'timer':
      return timerEvent();
    case 'failure':
      return failureEvent(records, 'oss-sink');
    default:
      return renderEvent(records, form);
  }
}
