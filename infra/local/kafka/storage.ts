/** Formatted storage of a broker, copied from a template instead of running Kafka's format tool each time. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toError } from '../../../shared/errors.ts';
import { cached } from './cache-folder.ts';
import { LocalKafkaError } from './errors.ts';
import { serverProperties } from './server-properties.ts';

/** Any 16 bytes as base64url; local clusters never meet. */
const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qg';

/** `folder`/template: storage as `StorageTool format` of this Kafka leaves it. Made on first use.
 *  @param javaCommand the command and its arguments up to the main class */
export async function storageTemplate(folder: string, javaCommand: readonly string[]): Promise<string> {
  return cached(join(folder, 'template'), async (temporary) => {
    await mkdir(temporary);
    const properties = join(temporary, 'server.properties');
    const self = { id: 1, port: 9092, controllerPort: 9093 };
    await writeFile(properties, serverProperties({ self, cluster: [self], dataDir: temporary, overrides: {} }));
    const [command = 'java', ...args] = javaCommand;
    try {
      await promisify(execFile)(command, [
        ...args,
        'kafka.tools.StorageTool',
        'format',
        '-t',
        CLUSTER_ID,
        '-c',
        properties,
      ]);
    } catch (error) {
      throw new LocalKafkaError(`Kafka's storage could not be formatted: ${toError(error).message}`);
    }
    await rm(properties);
    // Written anew for each broker, last, so that its presence says that the copy is complete.
    await rm(join(temporary, 'meta.properties'));
  });
}

/** Fills `dataDir` for broker `id` from the template; leaves storage that is there already as it is. */
export async function prepareStorage(template: string, dataDir: string, id: number): Promise<void> {
  const metaProperties = join(dataDir, 'meta.properties');
  if (existsSync(metaProperties)) return;
  await cp(template, dataDir, { recursive: true });
  const directoryId = randomBytes(16).toString('base64url');
  await writeFile(metaProperties, `version=1\ncluster.id=${CLUSTER_ID}\nnode.id=${id}\ndirectory.id=${directoryId}\n`);
}
