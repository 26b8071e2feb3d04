import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Fault, nothingToLift } from '../fault.ts';

/** Where there is no `prlimit`: more than a round has. */
const REFUSALS = 10_000;

/** `prlimit` of util-linux. */
const limitFiles = async (pid: number, limit: string): Promise<void> => {
  await promisify(execFile)('prlimit', ['--pid', String(pid), `--fsize=${limit}`]);
};

/** The kernel lets the stand-in write no further than this into any file: its writes fail in the middle of an object, as on a disk that is
 *  full, and it answers `500 InternalError`, as the service would. */
export const fault: Fault = {
  name: 'disk-full',
  class: 'disk full at the target',
  weight: 1,
  async inject(world, random) {
    const { pid } = world.oss;
    if (pid === undefined) throw new Error('the OSS stand-in does not run');
    const bytes = random.int(500, 4_000);
    if (process.platform !== 'linux') {
      world.say('the stand-in says so');
      await world.oss.order({ kind: 'status', status: 500, code: 'InternalError', times: REFUSALS, method: 'PUT' });
      return nothingToLift;
    }
    world.say(`the stand-in writes ${bytes} bytes of an object and no more`);
    await limitFiles(pid, `${bytes}:`);
    return () => limitFiles(pid, 'unlimited:');
  },
};
