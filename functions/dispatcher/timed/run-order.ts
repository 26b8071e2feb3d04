/** What a call of the dispatcher asks for. */
import { ConfigError } from '../../../shared/errors.ts';

export interface RunOrder {
  /** Lift the stop marks of `errors.policy=stop`. */
  readonly resumeStopped: boolean;
}

/** Reads an event: that of a timer trigger (`{"triggerTime","triggerName","payload"}`) asks for nothing more than a run, and so does any that
 *  is no object; `{"resumeStopped":true}` is for people who call by hand.
 *  @throws ConfigError when `resumeStopped` is neither true nor false */
export function orderOf(event: unknown): RunOrder {
  const fields = fieldsOf(event);
  const resumeStopped = fields['resumeStopped'] ?? false;
  if (typeof resumeStopped === 'boolean') return { resumeStopped };
  throw new ConfigError([{ key: 'resumeStopped', message: 'expected true or false' }], 'event');
}

function fieldsOf(event: unknown): Readonly<Record<string, unknown>> {
  const text = event instanceof Uint8Array ? Buffer.from(event).toString('utf8') : event;
  const content = typeof text === 'string' ? parsed(text) : text;
  return typeof content === 'object' && content !== null ? { ...content } : {};
}

/** A person's test event may be anything. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
