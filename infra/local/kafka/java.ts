/** Finds the Java that runs the local Kafka. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { JavaMissingError } from './errors.ts';

const OLDEST_MAJOR = 17;

export interface Java {
  readonly command: string;
  /** As Java prints it, for example `17.0.15`. */
  readonly version: string;
}

/** The version in the first line of `java -version`, or undefined. */
export function parseJavaVersion(output: string): { version: string; major: number } | undefined {
  const version = /version "([^"]+)"/.exec(output)?.[1];
  if (version === undefined) return undefined;
  // Before 9 the major number came second: "1.8.0_392".
  const major = Number(/^(?:1\.)?(\d+)/.exec(version)?.[1]);
  return Number.isNaN(major) ? undefined : { version, major };
}

/** The Java of `JAVA_HOME`, else the one on the `PATH`.
 *  @throws JavaMissingError when there is none, or only one that is too old */
export async function findJava(env: NodeJS.ProcessEnv): Promise<Java> {
  const home = env['JAVA_HOME'];
  const command = home ? join(home, 'bin', 'java') : 'java';
  let output: string;
  try {
    output = (await promisify(execFile)(command, ['-version'], { env })).stderr;
  } catch {
    throw new JavaMissingError(home ? `JAVA_HOME=${home} has no working one` : 'found none on the PATH');
  }
  const found = parseJavaVersion(output);
  if (found === undefined || found.major < OLDEST_MAJOR) {
    throw new JavaMissingError(`found version ${found?.version ?? 'unknown'} at '${command}'`);
  }
  return { command, version: found.version };
}
