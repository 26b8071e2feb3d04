/** Kafka's own command line tools, fetched once per machine by the pom of `test/foreign/kafka-tools`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { foreignFolder, type Missing, runTool } from '../../../infra/local/foreign/tool.ts';
import { cached } from '../../../infra/local/kafka/cache-folder.ts';
import { findJava } from '../../../infra/local/kafka/java.ts';
import { toError } from '../../../shared/errors.ts';

const POM = fileURLToPath(new URL('../../foreign/kafka-tools/pom.xml', import.meta.url));

export interface KafkaTools {
  /** What `--version` says. */
  readonly version: string;
  /** Runs a tool, with `input` as its standard input; its class stands in `org.apache.kafka.tools`. */
  run(tool: string, args: readonly string[], input?: string): Promise<string>;
}

/** The tools, or why they cannot be had here. */
export async function kafkaTools(): Promise<KafkaTools | Missing> {
  try {
    const { command } = await findJava(process.env);
    const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime'];
    const jars = await cached(foreignFolder('kafka-tools', await readFile(POM)), async (folder) => {
      await runTool('mvn', ['-B', '-q', '-f', POM, ...copy, `-DoutputDirectory=${folder}`]);
    });
    const java = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', join(jars, '*')];
    const run = (tool: string, args: readonly string[], input = '') =>
      runTool(command, [...java, `org.apache.kafka.tools.${tool}`, ...args], { input });
    const version = (await run('ConsoleProducer', ['--version'])).trim();
    return { version: version.split(/\s/)[0] ?? version, run };
  } catch (error) {
    return { missing: toError(error).message };
  }
}
