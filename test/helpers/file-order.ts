import { readFile } from 'node:fs/promises';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const USES_WORLD = /\bfaultClass\(/;

/** Deals `some` out among `others` evenly, each in its order: the first of `some` comes first. */
export function dealtAmong<T>(some: readonly T[], others: readonly T[]): T[] {
  const all: T[] = [];
  let taken = 0;
  for (const [index, one] of some.entries()) {
    const upTo = Math.round(((index + 1) * others.length) / some.length);
    all.push(one, ...others.slice(taken, upTo));
    taken = upTo;
  }
  return [...all, ...others.slice(taken)];
}

/** Files of fault classes share one world and wait for it: side by side with each other, they would only keep workers busy. So they come one by
 *  one between the files of other suites. */
export class FileOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const inWorld = new Set<TestSpecification>();
    for (const file of sorted) {
      const isFault = file.project.name === 'fault';
      if (isFault && USES_WORLD.test(await readFile(file.moduleId, 'utf8'))) inWorld.add(file);
    }
    const groups = [...new Set(sorted.map(groupOf))];
    return groups.flatMap((group) => {
      const all = sorted.filter((file) => groupOf(file) === group);
      return dealtAmong(
        all.filter((file) => inWorld.has(file)),
        all.filter((file) => !inWorld.has(file)),
      );
    });
  }
}

const groupOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
