import { isSchemaModified } from './classify.ts';

/** Sessions that were refused because their columns are no longer those of the table. Columns never become what they were, so the service will
 *  never commit one of them: its records belong into another session, though this one is open. */
export class OutdatedSessions {
  readonly #ids = new Set<string>();

  /** Does `work` in the session. @throws what `work` throws */
  async watch<T>(id: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      if (isSchemaModified(thrown)) this.#ids.add(id);
      throw thrown;
    }
  }

  /** Whether it was refused so since the last time somebody asked. */
  take(id: string): boolean {
    return this.#ids.delete(id);
  }
}
