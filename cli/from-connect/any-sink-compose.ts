/** What Kafka Connect says of every sink by several keys, or by its own defaults. */
import type { Draft } from './table.ts';

const MAX_NAME = 48;

/** Name, group, error topics, and defaults of Connect that are not ours. */
export function composeAnySink(draft: Draft): void {
  nameAndGroup(draft);
  errorTopics(draft);
  if (!draft.has('tasks.max')) draft.set('tasks.max', '1');
  if (!draft.has('errors.tolerance')) {
    draft.set('errors.policy', 'stop');
    draft.changed(
      'errors.tolerance (none by default)',
      'only the partition of a bad record stops, at that record, until a person resumes it; continue writes bad records to an error topic and goes on',
    );
  }
  if (!draft.has('consumer.override.auto.offset.reset')) draft.set('consumer.start.offset', 'earliest');
  if (!draft.has('consumer.override.isolation.level')) {
    draft.changed(
      'consumer.override.isolation.level',
      'Connect reads uncommitted records by default; here records of aborted transactions are left out unless isolation.level=read_uncommitted',
    );
  }
  if (!draft.has('value.converter')) {
    draft.changed(
      'value.converter',
      "is not given: the worker's own counted; here values must be UTF-8 text unless value.converter=bytes",
    );
  }
}

function nameAndGroup(draft: Draft): void {
  const given = draft.given('name');
  if (given === undefined) {
    draft.fillIn('name', 'a name for the connector: the file gives none');
    return;
  }
  const name = given
    .toLowerCase()
    .replace(/[^0-9a-z-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MAX_NAME);
  draft.set('name', name === '' ? 'connector' : name);
  if (draft.has('consumer.override.group.id')) return;
  if (name !== given) {
    draft.changed('name', `is ${name} here: at most ${MAX_NAME} digits, lower-case letters and "-"`);
    draft.set('consumer.group.id', `connect-${given}`);
  }
  draft.changed(
    'name',
    `the consumer group stays connect-${given}: the connector goes on where the old one stopped, so stop that one first. For a new start give another consumer.group.id`,
  );
}

function errorTopics(draft: Draft): void {
  const topic = draft.given('errors.deadletterqueue.topic.name');
  if (topic !== undefined) {
    draft.set('errors.deadletterqueue.topic.name', topic);
    draft.set('runtime.error.topic.name', topic);
    draft.changed(
      'errors.deadletterqueue.topic.name',
      'also gets records that the sink refuses (runtime.error.topic.name)',
    );
  } else if (draft.given('errors.tolerance') === 'all') {
    draft.changed(
      'errors.deadletterqueue.topic.name',
      'is not set: bad records were dropped; here they go to connect-error-<name>, which is created where it is missing',
    );
  }
}
