/** Where and with what figures were made, for those who compare them. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';

/** One line: date, commit, Node.js, processors, load. */
export function machine(): string {
  const [{ model = 'an unknown processor' } = {}] = cpus();
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, ${commit()}, Node.js ${process.versions.node}, ${availableParallelism()} x ${model.trim()}`;
}

function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
    const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' with changes';
    return `commit ${git('rev-parse', '--short', 'HEAD')}${changed}`;
  } catch {
    // Unpacked from an archive, or no git here.
    return 'no commit';
  }
}
