/** The answer of a sink, over the wire and in process: reading it, making it, and matching it with the batch it answers.
 *
 * `{"version":1,"outcomes":[{"topic":…,"partition":…,"offset":…,"status":…,"code":…,"message":…,"retryAfterMs":…}]}`, or
 * `{"version":1,"all":"written","count":N}`, or `{"version":1,"fatal":{"code":…,"message":…}}`, there with `"scope":"partition"` or
 * `"mayHeal":true` where that is so. */
import { isUtf8 } from 'node:buffer';
import { FatalError } from './errors.ts';
import type { Answer, BatchOutcome, OutcomeStatus, RecordOutcome } from './outcomes.ts';
import { partitionName, type RecordBatch } from './records.ts';

/** The answer, laid against its batch. `each` is in batch order and covers it exactly once. */
export type MatchedOutcomes =
  | { readonly allWritten: true }
  | { readonly allWritten: false; readonly each: RecordOutcome[] };

const REMEDY =
  'the function must answer version 1, every record of the batch exactly once, by topic, partition and offset';

const STATUSES: Readonly<Record<OutcomeStatus, true>> = { written: true, dropped: true, errant: true, retry: true };

function invalid(what: string): FatalError {
  return new FatalError('ANSWER_INVALID', `answer refused: ${what}; ${REMEDY}`);
}

function incomplete(what: string): FatalError {
  return new FatalError('ANSWER_INCOMPLETE', `answer refused: ${what}; ${REMEDY}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** What came, for messages: short, and never a whole payload. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function parsed(body: Buffer | string | object): unknown {
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) return body;
  if (typeof body !== 'string' && !isUtf8(body)) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    // A user's function may answer anything; what is not JSON is not our shape.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The answer in a response body; `undefined` when it is not of our shape: not a JSON object with a number `version` and one of `all`,
 *  `outcomes`, `fatal`. (What that means is the invoker's to say: a user's function may answer anything.)
 *  @throws FatalError `ANSWER_INVALID` when it is of our shape, but malformed or of another version */
export function parseAnswer(body: Buffer | string | object): Answer | undefined {
  const answer = parsed(body);
  if (!isObject(answer) || typeof answer['version'] !== 'number') return undefined;
  const forms = ['all', 'outcomes', 'fatal'].filter((form) => answer[form] !== undefined);
  if (forms.length === 0) return undefined;
  if (answer['version'] !== 1) throw invalid(`version ${answer['version']} is not known here, only 1 is`);
  if (forms.length > 1) throw invalid(`it has ${forms.join(' and ')}, and one of them was expected`);
  if (answer['all'] !== undefined) {
    if (answer['all'] !== 'written') throw invalid(`"all" is ${shown(answer['all'])} and not "written"`);
    if (!isCount(answer['count'])) throw invalid(`"count" is ${shown(answer['count'])} and not the number of records`);
    return { version: 1, all: 'written', count: answer['count'] };
  }
  if (answer['fatal'] !== undefined) {
    const fatal = answer['fatal'];
    if (!isObject(fatal) || !isText(fatal['code']) || typeof fatal['message'] !== 'string') {
      throw invalid(`"fatal" is ${shown(fatal)} and not {"code","message"}`);
    }
    const { code, message, scope, mayHeal } = fatal;
    if (scope !== undefined && scope !== 'partition')
      throw invalid(`"fatal" has scope ${shown(scope)} and not "partition"`);
    if (mayHeal !== undefined && typeof mayHeal !== 'boolean')
      throw invalid(`"fatal" has mayHeal ${shown(mayHeal)} and not true or false`);
    return {
      version: 1,
      fatal: { code, message, ...(scope === undefined ? {} : { scope }), ...(mayHeal === true ? { mayHeal } : {}) },
    };
  }
  const outcomes = answer['outcomes'];
  if (!Array.isArray(outcomes)) throw invalid(`"outcomes" is ${shown(outcomes)} and not a list`);
  return { version: 1, outcomes: outcomes.map(checkedOutcome) };
}

/** One outcome, if it is well formed in itself. */
function checkedOutcome(outcome: unknown, index: number): RecordOutcome {
  if (!isObject(outcome)) throw invalid(`outcome ${index} is ${shown(outcome)} and not an object`);
  const { topic, partition, offset, status } = outcome;
  // Other languages write an absent field as null.
  const code = outcome['code'] ?? undefined;
  const message = outcome['message'] ?? undefined;
  const retryAfterMs = outcome['retryAfterMs'] ?? undefined;
  if (!isText(topic)) throw invalid(`outcome ${index} has topic ${shown(topic)}`);
  if (!isCount(partition)) throw invalid(`outcome ${index} has partition ${shown(partition)}`);
  if (!isCount(offset)) throw invalid(`outcome ${index} has offset ${shown(offset)}`);
  const where = `the outcome of ${topic}-${partition} offset ${offset}`;
  if (!isStatus(status)) {
    throw invalid(`${where} has status ${shown(status)} and not ${Object.keys(STATUSES).join(', ')}`);
  }
  if ((status === 'errant' || status === 'retry') && !isText(code)) {
    throw invalid(`${where} is ${status} with code ${shown(code)}; a stable code is required`);
  }
  if (code !== undefined && typeof code !== 'string') throw invalid(`${where} has code ${shown(code)}`);
  if (message !== undefined && typeof message !== 'string') throw invalid(`${where} has message ${shown(message)}`);
  if (retryAfterMs !== undefined && !(typeof retryAfterMs === 'number' && retryAfterMs >= 0)) {
    throw invalid(`${where} has retryAfterMs ${shown(retryAfterMs)} and not milliseconds`);
  }
  return {
    topic,
    partition,
    offset,
    status,
    ...(code !== undefined && { code }),
    ...(message !== undefined && { message }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

function isStatus(status: unknown): status is OutcomeStatus {
  return typeof status === 'string' && Object.hasOwn(STATUSES, status);
}

/** What goes over the wire for `outcome`. */
export function encodeAnswer(outcome: BatchOutcome): Answer {
  return { version: 1, ...outcome };
}

/** Lays `outcome` against its batch by (topic, partition, offset), never by position; its order does not count.
 *  @throws FatalError `ANSWER_INCOMPLETE` when a record is missing, doubled or unknown, or a count differs; `ANSWER_INVALID` when an
 *  outcome is malformed. The message names the offset. Nothing of the batch may be acked then */
export function matchOutcomes(batch: RecordBatch, outcome: BatchOutcome): MatchedOutcomes {
  const name = partitionName(batch);
  if ('all' in outcome) {
    if (outcome.all !== 'written') throw invalid(`"all" is ${shown(outcome.all)} and not "written"`);
    if (outcome.count !== batch.count) {
      const range = `${name} offsets ${batch.firstOffset} to ${batch.lastOffset}`;
      throw incomplete(`"count" is ${shown(outcome.count)}, but the batch of ${range} has ${batch.count} records`);
    }
    return { allWritten: true };
  }
  const byOffset = new Map<number, RecordOutcome>();
  let written = 0;
  for (const [index, one] of outcome.outcomes.entries()) {
    const checked = checkedOutcome(one, index);
    if (checked.topic !== batch.topic || checked.partition !== batch.partition) {
      throw incomplete(`it names ${partitionName(checked)} offset ${checked.offset}, but the batch is of ${name}`);
    }
    if (byOffset.has(checked.offset)) throw incomplete(`it names ${name} offset ${checked.offset} twice`);
    byOffset.set(checked.offset, checked);
    if (checked.status === 'written') written++;
  }
  const each: RecordOutcome[] = [];
  for (const { block, from, to } of batch.segments) {
    for (let i = from; i < to; i++) {
      const offset = block.offsets[i] ?? Number.NaN;
      const found = byOffset.get(offset);
      if (found === undefined) throw incomplete(`it says nothing of ${name} offset ${offset}`);
      byOffset.delete(offset);
      each.push(found);
    }
  }
  for (const offset of byOffset.keys()) {
    throw incomplete(`it names ${name} offset ${offset}, which is not in the batch`);
  }
  return written === batch.count ? { allWritten: true } : { allWritten: false, each };
}
