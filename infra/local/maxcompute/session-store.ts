/** Sessions and what was uploaded to them, beside the tables and not yet part of them: `.sessions/<id>/`. They outlive a restart. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MaxComputeError } from './errors.ts';
import { type Session, type SessionKind, type SessionOrder, sessionOf, sessionText } from './session.ts';

const DAY_MS = 86_400_000;

/** What the tunnel calls a session that it does not know. */
const NOT_FOUND: Readonly<Record<SessionKind, string>> = {
  upload: 'NoSuchUpload',
  stream: 'StreamSessionNotFound',
  upsert: 'UpsertSessionNotFound',
  download: 'NoSuchDownload',
};

const SESSION_FILE = 'session.json';

export class SessionStore {
  readonly #folder: string;
  readonly #clock: () => number;
  readonly #sessions = new Map<string, Session>();
  #pending = 0;
  #created = 0;

  /** Opens the sessions below `folder`. */
  constructor(folder: string, clock: () => number) {
    this.#folder = join(folder, '.sessions');
    this.#clock = clock;
    mkdirSync(this.#folder, { recursive: true });
    for (const id of readdirSync(this.#folder)) {
      const file = join(this.#folder, id, SESSION_FILE);
      // Without one it was just being made, or is a half-written body.
      if (!existsSync(file)) rmSync(join(this.#folder, id), { recursive: true });
      else this.#sessions.set(id, sessionOf(readFileSync(file, 'utf8')));
    }
  }

  create({ kind, table, spec, isOverwrite = false }: SessionOrder): Session {
    const now = this.#clock();
    const { id: tableId, columns, schemaVersion } = table.definition;
    // Sorts by time: files of rows are named after it.
    const time = new Date(now).toISOString().replaceAll(/[-:TZ.]/g, '');
    const count = String(this.#created++).padStart(6, '0');
    const session: Session = {
      id: `${time}${count}${randomBytes(4).toString('hex')}`,
      ...{ kind, tableId, spec, columns, schemaVersion, isOverwrite },
      createdAt: now,
      status: 'normal',
      blocks: new Map(),
    };
    mkdirSync(join(this.#folder, session.id));
    this.#sessions.set(session.id, session);
    this.save(session);
    return session;
  }

  /** A session of that kind and table; a day old ones are expired, two days old ones forgotten.
   *  @throws MaxComputeError 404 */
  find(kind: SessionKind, id: string, tableId: string): Session {
    const session = this.#sessions.get(id);
    if (session?.kind !== kind || session.tableId !== tableId || this.#age(session) >= 2 * DAY_MS) {
      throw new MaxComputeError(404, NOT_FOUND[kind], `There is no ${kind} session ${id}.`);
    }
    if (session.status === 'normal' && this.#age(session) >= DAY_MS) session.status = 'expired';
    return session;
  }

  all(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  save(session: Session): void {
    const file = join(this.#folder, session.id, SESSION_FILE);
    writeFileSync(`${file}.pending`, sessionText(session));
    renameSync(`${file}.pending`, file);
  }

  forget(session: Session): void {
    this.#sessions.delete(session.id);
    rmSync(join(this.#folder, session.id), { recursive: true, force: true });
  }

  /** Where the rows of a block lie. */
  blockFile(session: Session, block: number): string {
    return join(this.#folder, session.id, `block-${String(block).padStart(5, '0')}.jsonl`);
  }

  /** A name for a file on its way to a block. */
  pendingFile(session: Session): string {
    return join(this.#folder, session.id, `pending-${this.#pending++}`);
  }

  #age({ createdAt }: Session): number {
    return this.#clock() - createdAt;
  }
}
