/** Whether a file lies in one of the folders that are allowed, links and `..` followed. */
import { isAbsolute, relative, resolve, sep } from 'node:path';

export interface FolderRules {
  readonly folders: readonly string[];
  /** The setting that lists them, for messages. */
  readonly setting: string;
  readonly realPath: (path: string) => string;
}

/** The file to read for `path`, all links followed, so that nobody exchanges a link between the look and the reading; `path` itself where
 *  there is no such file.
 *  @throws Error that says why it may not be read; the message is the same whether or not there is such a file elsewhere */
export function permittedPath(path: string, { folders, setting, realPath }: FolderRules): string {
  if (!isAbsolute(path)) throw new Error(`${path} is no absolute path`);
  const allowed = folders.length === 0 ? `${setting} of the worker lists none` : `${folders.join(', ')} (${setting})`;
  const outside = new Error(`${path} is not in a folder that connectors may read from: ${allowed}`);
  const wanted = resolve(path);
  const around = folders.filter((folder) => isInside(wanted, resolve(folder)));
  if (around.length === 0) throw outside;
  const real = followed(wanted, realPath);
  if (real === undefined) return wanted;
  // The folder itself may be reached by a link: that is its owner's wish.
  if (around.some((folder) => isInside(real, followed(resolve(folder), realPath) ?? resolve(folder)))) return real;
  throw outside;
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** `undefined` when there is nothing. */
function followed(path: string, realPath: (path: string) => string): string | undefined {
  try {
    return realPath(path);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw new Error(`${path} cannot be looked at`, { cause: thrown });
  }
}
