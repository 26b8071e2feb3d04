import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Invoker, Phases } from '../../../../functions/dispatcher/invokers/invoker.ts';
import { FatalError, RetriableError } from '../../../../shared/errors.ts';
import { type RecordBatch, recordsOf } from '../../../../shared/records.ts';
import type { PreparedBatch, SessionState } from '../../../../shared/sink.ts';
import { type Entry, expectEachOnce, type Hesitation, partitionLives } from '../../../helpers/partition-lives.ts';

interface Upload {
  state: SessionState;
  /** Where it is `incomplete`, those that were uploaded. */
  offsets: readonly number[];
}

/** A table with upload sessions. What is committed is visible; those that are not lose what was uploaded, or go, now and then. */
class Table implements Invoker, Phases {
  readonly #sessions = new Map<string, Upload>();
  readonly #refused: ReadonlySet<number>;
  /** Calls by phase. */
  readonly calls = { prepare: 0, commit: 0, resolve: 0, again: 0, gone: 0 };

  constructor(
    log: readonly Entry[],
    private readonly hesitation: Hesitation,
  ) {
    this.#refused = new Set(log.filter(({ refused }) => refused).map(({ offset }) => offset));
  }

  get phases(): Phases {
    return this;
  }

  async invoke(): Promise<never> {
    throw new FatalError('UNCLASSIFIED', 'called without a phase');
  }

  async prepare(batch: RecordBatch, _: unknown, again?: string): Promise<PreparedBatch> {
    this.calls.prepare++;
    return await this.#perhaps(() => {
      const refused = [...recordsOf(batch)]
        .filter(({ offset }) => this.#refused.has(offset))
        .map(({ topic, partition, offset }) => ({
          topic,
          partition,
          offset,
          status: 'errant' as const,
          code: 'REFUSED',
        }));
      const offsets = [...recordsOf(batch)].map(({ offset }) => offset).filter((offset) => !this.#refused.has(offset));
      if (offsets.length === 0) return { token: undefined, refused };
      const token = again ?? `session-${this.#sessions.size}`;
      if (again !== undefined) this.calls.again++;
      const before = this.#sessions.get(token)?.state ?? 'incomplete';
      // One that was committed, by somebody else, or went takes nothing any more.
      if (before === 'incomplete') this.#sessions.set(token, { state: 'open', offsets });
      return { token, refused };
    });
  }

  async commit(tokens: readonly string[]): Promise<void> {
    this.calls.commit++;
    await this.#perhaps(() => {
      for (const token of tokens) {
        const session = this.#sessions.get(token);
        if (session === undefined || session.state === 'gone') throw new RetriableError('SESSION_GONE', token);
        if (session.state === 'incomplete') throw new RetriableError('SESSION_INCOMPLETE', token);
        session.state = 'committed';
      }
    });
  }

  async resolve(token: string): Promise<SessionState> {
    this.calls.resolve++;
    return await this.#perhaps(() => {
      const session = this.#sessions.get(token);
      if (session !== undefined && session.state === 'open') this.#decay(session);
      return session?.state ?? 'gone';
    });
  }

  async close(): Promise<void> {
    this.hesitation.release(true);
  }

  /** What happens at the target to uploads that wait. */
  #decay(session: Upload): void {
    const { calm, roll } = this.hesitation;
    const fate = calm ? 0 : roll(4);
    if (fate === 2) session.state = 'incomplete';
    if (fate !== 3) return;
    session.state = 'gone';
    this.calls.gone++;
  }

  offsets(): number[] {
    return [...this.#sessions.values()].flatMap(({ state, offsets }) => (state === 'committed' ? offsets : []));
  }

  /** Does it and answers, does it and loses the answer, or does not do it; perhaps late. */
  async #perhaps<T>(work: () => T): Promise<T> {
    const { calm, roll } = this.hesitation;
    const fate = calm ? 0 : roll(8);
    if (fate === 7) throw new RetriableError('DOWN', 'before');
    await this.hesitation.maybe(4);
    const answer = work();
    if (fate === 6) throw new RetriableError('LOST', 'the reply');
    return answer;
  }
}

describe('two phases', () => {
  it.each([
    ['one window', 1, 'continue'],
    ['windows that interleave', 3, 'continue'],
    ['partitions that stop at errant records and are resumed', 2, 'stop'],
    ['Kafka deletes records in between', 2, 'retention'],
  ] as const)('makes each record visible once, after any crash: %s', async (_, windows, mode) => {
    const seen = { resolve: 0, again: 0, gone: 0 };
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 12 }), async (seed, maxRecords) => {
        let table: Table | undefined;
        const target = (log: readonly Entry[], hesitation: Hesitation) => (table = new Table(log, hesitation));
        const errorsPolicy = mode === 'stop' ? 'stop' : 'continue';
        const retention = mode === 'retention';
        const result = await partitionLives({ seed, windows, maxRecords, errorsPolicy, retention, target });
        expectEachOnce(result, table?.offsets() ?? []);
        for (const call of ['resolve', 'again', 'gone'] as const) seen[call] += table?.calls[call] ?? 0;
      }),
      { numRuns: 30 },
    );
    expect(Math.min(seen.resolve, seen.again, seen.gone)).toBeGreaterThan(0);
  });
});
