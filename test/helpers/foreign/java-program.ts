/** The Java program of `test/foreign/java`, compiled once per machine against what Maven fetches for its pom.xml. */
import { readdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { foreignFolder, type Missing, runTool, ToolError } from '../../../infra/local/foreign/tool.ts';
import { cached } from '../../../infra/local/kafka/cache-folder.ts';

const SOURCE = fileURLToPath(new URL('../../foreign/java/', import.meta.url));
const POM = join(SOURCE, 'pom.xml');

export interface JavaProgram {
  readonly java: string;
  readonly classPath: string;
}

function javaTool(name: string): string {
  const home = process.env['JAVA_HOME'];
  return home ? join(home, 'bin', name) : name;
}

async function fetchJars(folder: string): Promise<void> {
  const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
  await runTool('mvn', ['-B', '-q', '-f', POM, ...copy]);
}

async function compile(jars: string, folder: string): Promise<void> {
  const sources = (await readdir(SOURCE)).filter((name) => name.endsWith('.java')).map((name) => join(SOURCE, name));
  try {
    await runTool(javaTool('javac'), ['-encoding', 'UTF-8', '-cp', join(jars, '*'), '-d', folder, ...sources]);
  } catch (error) {
    throw new Error('the Java program of test/foreign/java does not compile', { cause: error });
  }
}

/** Java and a class path with `Oss` on it, or why they cannot be had here: no JDK of 17 or newer, no Maven, or no way to the jars.
 *  @throws Error when it does not compile */
export async function javaProgram(): Promise<JavaProgram | Missing> {
  const pom = await readFile(POM);
  const names = (await readdir(SOURCE)).filter((name) => name.endsWith('.java')).sort();
  const sources = await Promise.all(names.map((name) => readFile(join(SOURCE, name))));
  try {
    // Prints `javac 17.0.15`, to standard output since Java 9.
    const version = await runTool(javaTool('javac'), ['-version']);
    if (Number(/^javac (\d+)/.exec(version)?.[1] ?? 0) < 17)
      return { missing: `no JDK of 17 or newer, found ${version.trim()}` };
    const jars = await cached(foreignFolder('java-jars', pom), fetchJars);
    const classes = await cached(foreignFolder('java', version, pom, ...sources), (folder) => compile(jars, folder));
    return { java: javaTool('java'), classPath: [join(jars, '*'), classes].join(delimiter) };
  } catch (error) {
    if (error instanceof ToolError) return { missing: error.message };
    throw error;
  }
}
