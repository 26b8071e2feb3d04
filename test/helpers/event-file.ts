/** Events as `spillway events` prints them: `test/fixtures/events/`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestForm } from '../../cli/events/catalogue.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/events');

export function eventFile(form: TestForm): Promise<Buffer> {
  return readFile(join(FOLDER, `${form}.json`));
}
