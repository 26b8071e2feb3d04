/** Events in every form and shape that triggers are known, or said, to send: what a sink must take without a dispatcher. */
import type { EventForm } from '../envelope/normalise.ts';
import type { RecordBlock } from '../records.ts';
import { type ElementShape, EVENT_FORMS, renderEvent } from './render-event.ts';
import { sampleRecords } from './sample-records.ts';

export interface ShapedEvent {
  /** Form and shape: `raw-bare-keyless`. May stand in the name of a topic. */
  readonly name: string;
  readonly form: EventForm;
  readonly text: string;
  /** What is in it. */
  readonly records: RecordBlock;
}

interface Shape {
  readonly name: string;
  /** Which of the samples, and how many. */
  readonly from: number;
  readonly count: number;
  readonly bare?: boolean;
  readonly element: (index: number) => ElementShape;
}

/** Headers as a list and in their wrapper, values as text and as data, in turn. */
const inTurn = (index: number): ElementShape => ({
  headers: index % 2 === 0 ? 'list' : 'wrapper',
  value: index % 4 < 2 ? 'data' : 'text',
});

const SHAPES: readonly Shape[] = [
  { name: 'array', from: 0, count: 5, element: inTurn },
  { name: 'bare', from: 0, count: 1, bare: true, element: () => ({ headers: 'list', value: 'text' }) },
  { name: 'bare-keyless', from: 1, count: 1, bare: true, element: () => ({ headers: 'wrapper', value: 'data' }) },
  { name: 'bare-tombstone', from: 2, count: 1, bare: true, element: () => ({ headers: 'wrapper' }) },
];

/** One event for each form and shape, with records of a topic of its own: `topicOf(name)`, the event's name by default. */
export function everyEvent(topicOf: (name: string) => string = (name) => name): ShapedEvent[] {
  return EVENT_FORMS.flatMap((form) =>
    SHAPES.map(({ name: shape, from, count, bare = false, element }) => {
      const name = `${form}-${shape}`;
      const records = sampleRecords(topicOf(name), count, { from, headers: true });
      return { name, form, text: renderEvent(records, form, { element, bare }), records };
    }),
  );
}
