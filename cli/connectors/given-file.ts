/** Connector files as the API takes them. */
import { ConfigError } from '../../shared/errors.ts';
import { readConnectorFile } from '../connector-file.ts';

export interface GivenFile {
  readonly path: string;
  readonly name: string;
  /** With the name in it. Values as the file has them: the API makes them text. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** @throws ConfigError as `readConnectorFile`, and when the file names no connector */
export function givenFile(path: string): GivenFile {
  const raw = readConnectorFile(path);
  const config = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null && value !== undefined));
  const name = config['name'];
  if (typeof name === 'string' && name !== '') return { path, name, config };
  throw new ConfigError([{ key: 'name', message: 'is missing: give the connector one' }], path);
}

/** By the connector's name.
 *  @throws ConfigError as `givenFile`, and when two files are of one connector */
export function givenFiles(paths: readonly string[]): ReadonlyMap<string, GivenFile> {
  const given = new Map<string, GivenFile>();
  for (const path of paths) {
    const file = givenFile(path);
    const other = given.get(file.name);
    if (other !== undefined) {
      throw new ConfigError(
        [{ key: 'name', message: `${file.name} is given by ${other.path} as well; keep one` }],
        path,
      );
    }
    given.set(file.name, file);
  }
  return given;
}
