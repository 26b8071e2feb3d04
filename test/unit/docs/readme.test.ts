import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateFile } from '../../../cli/commands/validate.ts';
import { fcSink } from '../../../functions/dispatcher/fc-sink.ts';
import { ossSink } from '../../../functions/oss-sink/config.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { page } from './pages.ts';

const connectors = [...page('README.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => yaml);
const secrets = { resolve: () => 'secret' };

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
});
