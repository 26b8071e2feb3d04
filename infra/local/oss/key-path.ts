/** Where an object's body lies on disk. The common key is its own path; only what a file system cannot hold is escaped. */
import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';

/** Below the usual limit of 255 bytes, with room for the suffixes that are added. */
const MAX_SEGMENT_BYTES = 200;

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function escapeSegment(segment: string): string {
  if (segment === '') return '%empty';
  if (segment === '.' || segment === '..') return segment.replaceAll('.', '%2E');
  const escaped = [...segment]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0;
      const plain = code >= 0x20 && code !== 0x7f && character !== '%' && character !== '\\';
      return plain ? character : `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
  if (Buffer.byteLength(escaped) <= MAX_SEGMENT_BYTES) return escaped;
  let head = '';
  for (const character of escaped) {
    if (Buffer.byteLength(head + character) > MAX_SEGMENT_BYTES - 32) break;
    head += character;
  }
  return `${head}%long-${digest(segment)}`;
}

/** File names for a key, one a level. `%` never comes from the key itself, so the escapes cannot meet another key. */
function segmentsOf(key: string): string[] {
  return key.split('/').map(escapeSegment);
}

function kindAt(path: string): 'file' | 'folder' | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  return stat.isDirectory() ? 'folder' : 'file';
}

/** Path below `root` for a key that is not stored yet. An object `a` beside an object `a/b`, or `A` beside `a` where the
 *  file system ignores case, takes a name of its own that nothing else can have. */
export function freePathFor(root: string, key: string): string {
  const segments = segmentsOf(key);
  const last = segments.pop() ?? '';
  let relative = '';
  for (const segment of segments) {
    const taken = kindAt(join(root, relative, segment)) === 'file';
    relative = join(relative, taken ? `${segment}%folder` : segment);
  }
  const free = kindAt(join(root, relative, last)) === undefined;
  return join(relative, free ? last : `${last}%object-${digest(key)}`);
}
