/** A partition stopped by `errors.policy=stop` stays stopped for its next owner: the mark travels in the metadata of its offset commit. */

export interface StopMark {
  /** The record the partition stopped at. */
  readonly offset: number;
  readonly code: string;
}

/** Commit metadata that carries `mark`; well under Kafka's 4,096 bytes. */
export function encodeStopMark(mark: StopMark): string {
  return JSON.stringify({ spillway: 1, stopped: { offset: mark.offset, code: mark.code.slice(0, 100) } });
}

/** The mark in `metadata`; undefined when there is none, foreign metadata included. */
export function decodeStopMark(metadata: string): StopMark | undefined {
  if (!metadata.startsWith('{"spillway":1')) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(metadata);
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
  const stopped = (parsed as { stopped?: { offset?: unknown; code?: unknown } }).stopped;
  if (typeof stopped?.offset !== 'number' || typeof stopped.code !== 'string') return undefined;
  return { offset: stopped.offset, code: stopped.code };
}
