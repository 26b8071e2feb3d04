/** Jobs of SQL: each was run when it was submitted; clients ask how it went. */
import { randomBytes } from 'node:crypto';

/** What a job came to. */
export interface Instance {
  readonly id: string;
  /** Of its one task; answers repeat it. */
  readonly task: string;
  /** The job as it was posted, from `<Job>` on. */
  readonly source: string;
  readonly isSuccess: boolean;
  /** The result, or what went wrong. */
  readonly text: string;
  readonly format: 'text' | 'csv';
  /** Epoch ms. */
  readonly startedAt: number;
  /** How often it still says that it is running. */
  pollsLeft: number;
}

export class Instances {
  readonly #byId = new Map<string, Instance>();
  readonly #byUuid = new Map<string, Instance>();

  /** The job of that uuid, run now when it is new: a job that is submitted twice runs once. */
  submit(uuid: string | undefined, run: () => Omit<Instance, 'id'>): Instance {
    const known = uuid === undefined ? undefined : this.#byUuid.get(uuid);
    if (known !== undefined) return known;
    const facts = run();
    const day = new Date(facts.startedAt).toISOString().replaceAll(/[-:TZ.]/g, '');
    const instance = { id: `${day}g${randomBytes(4).toString('hex')}`, ...facts };
    this.#byId.set(instance.id, instance);
    if (uuid !== undefined) this.#byUuid.set(uuid, instance);
    return instance;
  }

  get(id: string): Instance | undefined {
    return this.#byId.get(id);
  }
}
