import { readFile } from 'node:fs/promises';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const USES_WORLD = /from '\.\/fault-class\.ts'/;

/** One of `some`, one of `others`, and so on; what is left of either at the end. */
export function alternately<T>(some: readonly T[], others: readonly T[]): T[] {
  const pairs = some.flatMap((one, index) => [one, ...others.slice(index, index + 1)]);
  return [...pairs, ...others.slice(some.length)];
}

/** Files of fault classes share one world and wait for it: side by side with each other, they would only keep workers busy. So they come first,
 *  in turn with files of other suites; and the world, which takes its share of the machine, ends soon. */
export class FileOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const inWorld = new Set<TestSpecification>();
    for (const file of sorted) if (USES_WORLD.test(await readFile(file.moduleId, 'utf8'))) inWorld.add(file);
    const groups = [...new Set(sorted.map(groupOf))];
    return groups.flatMap((group) => {
      const all = sorted.filter((file) => groupOf(file) === group);
      return alternately(
        all.filter((file) => inWorld.has(file)),
        all.filter((file) => !inWorld.has(file)),
      );
    });
  }
}

const groupOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
