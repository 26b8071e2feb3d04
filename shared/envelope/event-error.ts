import { FatalError } from '../errors.ts';

const EXPECTED =
  'expected one of, alone or in an array, as JSON in UTF-8: an envelope element {"offset","overflowFlag","partition","timestamp","topic","value","valueSize"}, ' +
  'a CloudEvents object of the Kafka trigger, the same as a JSON string, or its raw "data" object; `spillway events SINK` prints examples';

/** Never more of a payload than this goes into a message. */
const SHOWN_CHARACTERS = 80;

function excerpt(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** Type and beginning of what came. */
export function described(came: unknown): string {
  if (came instanceof Uint8Array) {
    const start = Buffer.from(came.subarray(0, SHOWN_CHARACTERS)).toString('latin1');
    return `${came.length} bytes ${excerpt(JSON.stringify(start))}`;
  }
  if (typeof came === 'string') return `a string of ${came.length} characters ${excerpt(JSON.stringify(came))}`;
  if (came === undefined || came === null) return String(came);
  const type = Array.isArray(came)
    ? `an array of ${came.length}`
    : typeof came === 'object'
      ? 'an object'
      : typeof came;
  return `${type} ${excerpt(JSON.stringify(came) ?? String(came))}`;
}

/** What a function was invoked with is none of the forms it knows. The message says what was wrong, what came (its type and its
 *  first 80 characters at most) and what was expected. */
export class EventError extends FatalError {
  constructor(problem: string, came: unknown, cause?: unknown) {
    super('EVENT_INVALID', `event refused: ${problem}; what came is ${described(came)}; ${EXPECTED}`, { cause });
  }
}
