/** What the end of a run says about foreign programs. */
import type { TestModule } from 'vitest/node';
// For what it adds to `TaskMeta`.
import type {} from './announce.ts';

const HEADING = 'Foreign clients that ran:';

/** Lines to print: each client that a test announced, by name, with its version, then a line for each language that is missing here.
 *  Empty when no test had to do with any. */
export function foreignSummary(modules: readonly TestModule[]): string[] {
  const clients = new Map<string, Set<string>>();
  const skips = new Set<string>();
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { foreignClients = [], foreignSkip } = test.meta();
      for (const { name, version } of foreignClients) clients.set(name, (clients.get(name) ?? new Set()).add(version));
      if (foreignSkip !== undefined) skips.add(`SKIPPED: ${foreignSkip}`);
    }
  }
  const names = [...clients.keys()].sort();
  const width = Math.max(0, ...names.map((name) => name.length));
  const lines = names.map((name) => `  ${name.padEnd(width)}  ${[...(clients.get(name) ?? [])].sort().join(', ')}`);
  return [...(lines.length > 0 ? [HEADING, ...lines] : []), ...[...skips].sort()];
}
