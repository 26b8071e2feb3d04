/** The Java programs of `test/foreign`, compiled once per machine against what Maven fetches for the pom.xml beside them. */
import { readdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { foreignFolder, type Missing, runTool, ToolError } from '../../../infra/local/foreign/tool.ts';
import { cached } from '../../../infra/local/kafka/cache-folder.ts';

const FOREIGN = fileURLToPath(new URL('../../foreign/', import.meta.url));

export interface JavaProgram {
  readonly java: string;
  readonly classPath: string;
}

function javaTool(name: string): string {
  const home = process.env['JAVA_HOME'];
  return home ? join(home, 'bin', name) : name;
}

async function fetchJars(source: string, folder: string): Promise<void> {
  const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
  await runTool('mvn', ['-B', '-q', '-f', join(source, 'pom.xml'), ...copy]);
}

async function compile(source: string, jars: string, folder: string): Promise<void> {
  const sources = (await readdir(source)).filter((name) => name.endsWith('.java')).map((name) => join(source, name));
  try {
    await runTool(javaTool('javac'), ['-encoding', 'UTF-8', '-cp', join(jars, '*'), '-d', folder, ...sources]);
  } catch (error) {
    throw new Error(`the Java programs of ${source} do not compile`, { cause: error });
  }
}

/** Java and a class path with the programs of a folder on it, or why they cannot be had here: no JDK of 17 or newer, no Maven, or no way to the jars.
 *  @throws Error when it does not compile */
export async function javaProgram(folder: 'java' | 'java-connect' = 'java'): Promise<JavaProgram | Missing> {
  const source = join(FOREIGN, folder);
  const pom = await readFile(join(source, 'pom.xml'));
  const names = (await readdir(source)).filter((name) => name.endsWith('.java')).sort();
  const sources = await Promise.all(names.map((name) => readFile(join(source, name))));
  try {
    // Prints `javac 17.0.15`, to standard output since Java 9.
    const version = await runTool(javaTool('javac'), ['-version']);
    if (Number(/^javac (\d+)/.exec(version)?.[1] ?? 0) < 17)
      return { missing: `no JDK of 17 or newer, found ${version.trim()}` };
    const jars = await cached(foreignFolder('java-jars', pom), (into) => fetchJars(source, into));
    const classes = await cached(foreignFolder('java', version, pom, ...sources), (into) =>
      compile(source, jars, into),
    );
    return { java: javaTool('java'), classPath: [join(jars, '*'), classes].join(delimiter) };
  } catch (error) {
    if (error instanceof ToolError) return { missing: error.message };
    throw error;
  }
}
