import { describe, expect, it } from 'vitest';
import { IMPORT_RULES, importBreaches } from '../../helpers/layout/import-rules.ts';
import { projectFiles } from '../../helpers/layout/source-file.ts';

type RuleName = keyof typeof IMPORT_RULES;

/** For each rule: file, what it imports, whether that is a breach. */
const EXAMPLES: Record<RuleName, readonly [path: string, module: string, breach: boolean][]> = {
  sharedImportsOnlyShared: [
    ['shared/batcher.ts', '../functions/oss-sink/config.ts', true],
    ['shared/kafka/admin.ts', '../../cli/main.ts', true],
    ['shared/batcher.ts', './kafka/admin.ts', true],
    ['shared/config/worker-keys.ts', '../kafka/driver.ts', false],
    ['shared/batcher.ts', './records.ts', false],
    ['shared/kafka/admin.ts', '../errors.ts', false],
  ],
  sharedDoesNoInputOutput: [
    ['shared/batcher.ts', 'node:fs/promises', true],
    ['shared/config/parse.ts', 'undici', true],
    ['shared/config/parse.ts', 'zod', false],
    ['shared/kafka/admin.ts', 'kafkajs', false],
  ],
  functionsStandAlone: [
    ['functions/oss-sink/writer.ts', '../dispatcher/task.ts', true],
    ['functions/dispatcher/task.ts', '../oss-sink/config.ts', true],
    ['functions/oss-sink/writer.ts', '../../cli/main.ts', true],
    ['functions/oss-sink/writer.ts', './classify.ts', false],
    ['functions/oss-sink/writer.ts', '../../shared/sink.ts', false],
    ['functions/dispatcher/main.ts', '../oss-sink/handler.ts', false],
  ],
  onlyRootsImportFunctions: [
    ['infra/local/oss/server.ts', '../../../functions/oss-sink/config.ts', true],
    ['cli/run.ts', '../functions/oss-sink/writer.ts', true],
    ['cli/run.ts', '../functions/oss-sink/handler.ts', false],
    ['cli/run.ts', '../functions/dispatcher/task.ts', false],
    ['test/unit/functions/oss-sink/writer.test.ts', '../../../../functions/oss-sink/writer.ts', false],
    ['infra/generate-config-docs.ts', '../functions/oss-sink/config.ts', false],
  ],
  dispatcherKnowsNoTarget: [
    ['functions/dispatcher/invokers/in-process.ts', 'ali-oss', true],
    ['functions/dispatcher/invokers/in-process.ts', '@elastic/elasticsearch', true],
    ['functions/dispatcher/invokers/http.ts', 'undici', false],
    ['functions/oss-sink/client.ts', 'ali-oss', false],
  ],
  localServicesStayOutside: [
    ['functions/oss-sink/client.ts', '../../infra/local/oss/server.ts', true],
    ['cli/local.ts', '../infra/local/oss/server.ts', false],
  ],
  nothingImportsTests: [
    ['functions/oss-sink/client.ts', '../../test/helpers/kafka.ts', true],
    ['test/unit/a.test.ts', '../helpers/kafka.ts', false],
  ],
};

const files = projectFiles();

it('the Kafka interface, which pure files may import, holds types only', () => {
  const driver = files.find(({ path }) => path === 'shared/kafka/driver.ts');
  expect(driver?.text).not.toMatch(/^(export )?(const|let|var|function|class|async|enum)\b/m);
});

describe.each(Object.keys(IMPORT_RULES) as RuleName[])('%s', (name) => {
  it('holds in the whole project', () => {
    expect(importBreaches(files, IMPORT_RULES[name])).toEqual([]);
  });

  it.each(EXAMPLES[name])('%s importing %s is a breach: %s', (path, module, breach) => {
    const found = importBreaches([{ path, text: `import { x } from '${module}';` }], IMPORT_RULES[name]);
    expect(found).toHaveLength(breach ? 1 : 0);
  });
});
