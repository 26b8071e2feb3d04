/** A logger whose lines about connectors are kept for those who ask a worker for them. */
import type { Clock } from '../../../shared/clock.ts';
import type { Logger } from '../../../shared/logger.ts';
import type { LogLine } from './activity-record.ts';
import type { ActivityRecorder } from './activity-recorder.ts';

/** Passes every line on to `inner`; those at `info` and above whose fields name a `connector` are recorded too.
 *  Levels are not its business: what is not to be logged must not come here. */
export function recordingLogger(
  inner: Logger,
  recorder: Pick<ActivityRecorder, 'log'>,
  clock: Pick<Clock, 'now'>,
): Logger {
  return withFields(inner, {}, (line, connector) => recorder.log(connector, line), clock);
}

function withFields(
  inner: Logger,
  bound: object,
  record: (line: LogLine, connector: string) => void,
  clock: Pick<Clock, 'now'>,
): Logger {
  const at = (level: LogLine['level']) => (fields: object, message: string) => {
    inner[level](fields, message);
    const { connector, ...rest } = { ...bound, ...fields } as Readonly<Record<string, unknown>>;
    if (typeof connector !== 'string') return;
    const text = fieldsText(rest);
    record({ at: clock.now(), level, message, ...(text === undefined ? {} : { fields: text }) }, connector);
  };
  return {
    debug: (fields, message) => inner.debug(fields, message),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => withFields(inner.child(fields), { ...bound, ...fields }, record, clock),
  };
}

/** Of an error its class, code and message: a trace is long, and the status has it. */
function fieldsText(fields: Readonly<Record<string, unknown>>): string | undefined {
  if (Object.keys(fields).length === 0) return undefined;
  try {
    return JSON.stringify(fields, (_key, value: unknown) => {
      if (typeof value === 'bigint') return String(value);
      if (!(value instanceof Error)) return value;
      const { name, message, code } = value as Error & { readonly code?: unknown };
      return { name, message, code };
    });
  } catch (thrown) {
    // Of what refers to itself there is no text; the line stands without it.
    if (thrown instanceof TypeError) return undefined;
    throw thrown;
  }
}
