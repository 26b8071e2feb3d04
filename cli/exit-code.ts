/** What the process says and answers when a command fails. */
import { ConfigError, FatalError, RetriableError, toError } from '../shared/errors.ts';

/** No retry reaches the API: something else answers there, or what answers cannot be trusted. */
const NOT_REACHED = new Set(['API_FOREIGN', 'API_NOT_TRUSTED']);

/** 2 when Kafka or the API could not be reached, else 1. */
export function exitCodeOf(thrown: unknown): 1 | 2 {
  if (thrown instanceof RetriableError) return 2;
  return thrown instanceof FatalError && NOT_REACHED.has(thrown.code) ? 2 : 1;
}

/** The message for a person; a trace only for what nobody foresaw. */
export function explain(thrown: unknown): string {
  const error = toError(thrown);
  if (thrown instanceof ConfigError) return error.message;
  if (thrown instanceof FatalError || thrown instanceof RetriableError) return `${thrown.code}: ${error.message}`;
  return error.stack ?? error.message;
}
