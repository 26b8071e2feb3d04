import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateFile } from '../../../cli/commands/validate.ts';
import { readWorkerFile } from '../../../cli/config-file.ts';
import { fcSink } from '../../../functions/dispatcher/fc-sink.ts';
import { ossSink } from '../../../functions/oss-sink/config.ts';
import { parseWorker } from '../../../shared/config/worker-keys.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { page } from './pages.ts';

const files = [...page('README.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => yaml);
const [workers, connectors] = [files.filter(isWorker), files.filter((yaml) => !isWorker(yaml))];
const secrets = { resolve: () => 'secret' };

function isWorker(yaml: string): boolean {
  return yaml.startsWith('# worker.yaml');
}

describe('README.md', () => {
  it('shows connectors for both sinks', () => {
    expect(connectors.map((yaml) => /^connector\.class: (.*)$/m.exec(yaml)?.[1])).toEqual(['oss-sink', 'fc-sink']);
  });

  it.each(connectors)('shows a connector that is valid, without warnings: %#', async (yaml) => {
    const file = join(await temporaryFolder(), 'connector.yaml');
    await writeFile(file, yaml);
    expect(validateFile(file, [ossSink, fcSink], secrets)).toMatchObject({
      valid: true,
      problems: [],
      warnings: [],
    });
  });

  it('shows settings of a worker that are valid, without warnings', async () => {
    expect(workers).toHaveLength(1);
    const file = join(await temporaryFolder(), 'worker.yaml');
    await writeFile(file, workers.join());
    const { config, warnings } = parseWorker(readWorkerFile(file));
    expect([config['group.id'], warnings]).toEqual(['spillway', []]);
  });
});
