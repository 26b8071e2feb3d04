import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RetriableError } from '../../shared/errors.ts';
import type { BatchOutcome, RecordOutcome } from '../../shared/outcomes.ts';
import { type RecordBatch, recordsOf } from '../../shared/records.ts';
import type { PreparedBatch, SessionState, TwoPhaseWriter } from '../../shared/sink.ts';

/** A two-phase sink of files, which outlive the process: `prepare` writes `open/TOKEN`, `commit` moves it to `committed/TOKEN`. What stays in
 *  `open` was never visible. */
export class FolderSink implements TwoPhaseWriter {
  constructor(
    private readonly folder: string,
    /** Records that the sink refuses. */
    private readonly refuses: (value: string) => boolean,
    /** Before and after what each phase does. */
    private readonly step: () => Promise<void>,
  ) {}

  async prepare(batch: RecordBatch): Promise<PreparedBatch> {
    const refused: RecordOutcome[] = [];
    const lines: string[] = [];
    for (const { topic, partition, offset, value } of recordsOf(batch)) {
      const text = value?.toString() ?? '';
      if (this.refuses(text)) refused.push({ topic, partition, offset, status: 'errant', code: 'REFUSED' });
      else lines.push(`${partition}/${offset}`);
    }
    if (lines.length === 0) return { token: undefined, refused };
    const token = randomUUID();
    await this.step();
    await mkdir(join(this.folder, 'open'), { recursive: true });
    await mkdir(join(this.folder, 'committed'), { recursive: true });
    await writeFile(join(this.folder, 'open', token), lines.join('\n'));
    return { token, refused };
  }

  async commit(tokens: readonly string[]): Promise<void> {
    await this.step();
    for (const token of tokens) {
      const state = await this.resolve(token);
      if (state === 'gone') throw new RetriableError('SESSION_GONE', `session ${token} is gone`);
      if (state === 'open') await rename(join(this.folder, 'open', token), join(this.folder, 'committed', token));
    }
    await this.step();
  }

  async resolve(token: string): Promise<SessionState> {
    for (const state of ['committed', 'open'] as const) {
      const files = await filesIn(join(this.folder, state));
      if (files.includes(token)) return state;
    }
    return 'gone';
  }

  async write(batch: RecordBatch): Promise<BatchOutcome> {
    const { token, refused } = await this.prepare(batch);
    if (token !== undefined) await this.commit([token]);
    const out = new Set(refused.map(({ offset }) => offset));
    const written = [...recordsOf(batch)]
      .filter(({ offset }) => !out.has(offset))
      .map(({ topic, partition, offset }) => ({ topic, partition, offset, status: 'written' as const }));
    return { outcomes: [...refused, ...written] };
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }
}

async function filesIn(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return await readdir(folder);
}

/** `partition/offset` of every record that is visible, repeats included. */
export async function visibleRecords(folder: string): Promise<string[]> {
  const committed = join(folder, 'committed');
  const files = await filesIn(committed);
  const texts = await Promise.all(files.map((file) => readFile(join(committed, file), 'utf8')));
  return texts.flatMap((text) => text.split('\n'));
}
