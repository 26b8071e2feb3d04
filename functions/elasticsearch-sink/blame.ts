/** Who is to blame where the server refuses a request as a whole: one of its records, or nobody among them. */
import { FatalError } from '../../shared/errors.ts';
import type { Retry } from './batch-settlement.ts';
import { describeServerError, type ServerError } from './reply/server-error.ts';

/** A record that was refused although it was alone in its request. */
export interface RefusedAlone {
  /** Its position in the request that it came from. */
  readonly at: number;
  readonly code: string;
  readonly message: string;
  readonly error: ServerError | undefined;
}

/** What becomes of those that were refused alone: sent again where `retry` says why, else errant. */
export interface Conclusion {
  readonly records: readonly RefusedAlone[];
  readonly retry?: Retry | undefined;
}

const NOT_THE_RECORDS =
  'it says this of every record alike, so that none of them is to blame; correct the settings of the cluster or of the connector';
const NOT_THE_RECORD =
  'it does not say what is wrong with the record; correct the settings of the cluster or of the connector';

/** Of one request, and of the parts that it was sent again in. */
export class Blame {
  readonly #records: RefusedAlone[] = [];
  #anyAccepted = false;
  #cut: Retry | undefined;

  /** A part was taken: the server takes requests like this one. */
  accepted(): void {
    this.#anyAccepted = true;
  }

  /** Other parts were not tried. */
  cutShort(why: Retry): void {
    this.#cut ??= why;
  }

  refusedAlone(record: RefusedAlone): void {
    this.#records.push(record);
  }

  /** A record is to blame where others were taken, and where the server's reason names it. Not where the reason is the same for all that were
   *  tried: then each of the topic would follow it into the error topic.
   *  @throws FatalError when no record is to blame */
  conclude(): Conclusion {
    const records = this.#records;
    const [first] = records;
    if (first === undefined || this.#anyAccepted) return { records };
    if (records.length > 1 && records.every(({ error }) => wordsOf(error) === wordsOf(first.error))) {
      throw nobody(first, NOT_THE_RECORDS);
    }
    if (this.#cut !== undefined) return { records, retry: this.#cut };
    const unnamed = records.find(({ error }) => !namesRecord(error));
    if (unnamed !== undefined) throw nobody(unnamed, NOT_THE_RECORD);
    return { records };
  }
}

/** Ends of a coordinating node's words, of Elasticsearch from 7.10 on and of OpenSearch. Source: `markCoordinatingOperationStarted` of
 *  `IndexingPressure`. */
const PRESSURE = /\bcoordinating_operation_bytes=(\d+), max_coordinating(?:_and_primary)?_bytes=(\d+)\]/;

/** Whether the server says that the operations of this request are more than it takes while nothing else is under way. */
export function canNeverFit(error: ServerError | undefined): boolean {
  const [, operation, limit] = PRESSURE.exec(error?.reason ?? '') ?? [];
  return Number(operation) > Number(limit);
}

function nobody({ code, message }: RefusedAlone, why: string): FatalError {
  return new FatalError(code, `${message}; ${why}`, { mayHeal: true });
}

function wordsOf(error: ServerError | undefined): string {
  return error === undefined ? '' : describeServerError(error);
}

/** `line [1]`, `line: 1`, or `[1:15]` at the beginning. */
const LINE = /\bline:? \[?\d|^\[\d+:\d+\]/;

/** What is wrong with an operation, or where in the body. Of a setting the server speaks otherwise. */
function namesRecord(error: ServerError | undefined): boolean {
  if (error === undefined) return false;
  return error.type === 'action_request_validation_exception' || LINE.test(error.reason);
}
