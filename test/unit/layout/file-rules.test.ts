import { describe, expect, it } from 'vitest';
import { FILE_RULES, fileBreaches } from '../../helpers/layout/file-rules.ts';
import { projectFiles } from '../../helpers/layout/source-file.ts';

type RuleName = keyof typeof FILE_RULES;

/** For each rule: file, its text, whether that is a breach. */
const EXAMPLES: Record<RuleName, readonly [path: string, text: string, breach: boolean][]> = {
  kebabCase: [
    ['shared/offsetTracker.ts', '', true],
    ['shared/offset_tracker.ts', '', true],
    ['test/unit/shared/offset-tracker.test.ts', '', false],
  ],
  namedAfterConcept: [
    ['shared/utils.ts', '', true],
    ['functions/dispatcher/task-manager.ts', '', true],
    ['shared/common.ts', '', true],
    ['shared/commonality.ts', '', false],
  ],
  short: [
    ['shared/a.ts', 'x;\n'.repeat(401), true],
    ['shared/a.ts', 'x;\n'.repeat(400), false],
  ],
  processIsForEntryPoints: [
    ['shared/a.ts', "const x = process.env['X'];", true],
    ['shared/a.ts', `const x = \`\${process.env.X}\`;`, true],
    ['functions/oss-sink/writer.ts', 'process.exit(1);', true],
    ['functions/dispatcher/task.ts', "process.once('SIGTERM', stop);", true],
    ['functions/dispatcher/task.ts', "console.log('x');", true],
    ['functions/dispatcher/main.ts', 'process.exit(1);', false],
    ['functions/oss-sink/handler.ts', 'process.env;', false],
    ['cli/run.ts', 'process.exit(1);', false],
    ['shared/a.ts', "// process.exit\nthrow new Error('process.env is not read here');", false],
  ],
  ambientComesInByConstructor: [
    ['shared/a.ts', 'const t = Date.now();', true],
    ['functions/dispatcher/task.ts', 'setTimeout(f, 1);', true],
    ['functions/dispatcher/task.ts', 'Math.random();', true],
    ['functions/dispatcher/main.ts', 'Math.random();', false],
    ['shared/clock.ts', 'Date.now();', false],
    ['shared/a.ts', 'const t = clock.now(); new Date(t);', false],
  ],
};

const files = projectFiles();

describe.each(Object.keys(FILE_RULES) as RuleName[])('%s', (name) => {
  it('holds in the whole project', () => {
    expect(fileBreaches(files, FILE_RULES[name])).toEqual([]);
  });

  it.each(EXAMPLES[name])('%s, example %$', (path, text, breach) => {
    expect(fileBreaches([{ path, text }], FILE_RULES[name])).toHaveLength(breach ? 1 : 0);
  });
});
