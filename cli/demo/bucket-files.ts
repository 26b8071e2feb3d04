/** Objects of a stand-in's bucket, which are files. */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const SHOWN_LINES = 3;
const SHOWN_CHARACTERS = 220;

/** Paths of all of them, sorted. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}

/** Lines to show a person. */
export async function firstLines(path: string): Promise<string[]> {
  const lines: string[] = [];
  const stream = createReadStream(path);
  for await (const line of createInterface({ input: stream })) {
    lines.push(line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line);
    if (lines.length === SHOWN_LINES) break;
  }
  stream.destroy();
  return lines;
}
