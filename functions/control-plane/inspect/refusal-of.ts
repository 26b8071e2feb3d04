/** What went wrong with an inspection, as an answer to whoever asked. */
import { ConfigError, FatalError, RetriableError } from '../../../shared/errors.ts';
import { Refused } from '../refused.ts';

/** Not there, or not yet. */
const MISSING: ReadonlySet<string> = new Set(['TOPIC_MISSING']);
/** Somebody else is at it. */
const CONFLICTS: ReadonlySet<string> = new Set(['REDRIVE_RUNNING', 'REDRIVE_TAKEN_OVER', 'GROUP_HAS_MEMBERS']);

/** `thrown` as what it is answered with: 400 for what was asked wrongly, 404 for a topic that is not there, 409 where somebody else is at it, 503
 *  where Kafka or the target cannot be reached now, 500 where they refuse. What nobody foresaw is left as it is. */
export function refusalOf(thrown: unknown): unknown {
  if (thrown instanceof ConfigError) {
    // The dispatcher speaks of options of the command line.
    const text = thrown.problems.map(({ key, message }) => `${key.replace(/^--/, '')}: ${message}`).join('; ');
    return new Refused(400, text, { cause: thrown });
  }
  if (thrown instanceof RetriableError) return new Refused(503, `${thrown.code}: ${thrown.message}`, { cause: thrown });
  if (!(thrown instanceof FatalError)) return thrown;
  const status = MISSING.has(thrown.code) ? 404 : CONFLICTS.has(thrown.code) ? 409 : 500;
  return new Refused(status, `${thrown.code}: ${thrown.message}`, { cause: thrown });
}

/** Runs `work`.
 *  @throws Refused as `refusalOf` says */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw refusalOf(thrown);
  }
}
