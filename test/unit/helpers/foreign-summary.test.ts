import { describe, expect, it } from 'vitest';
import type { TestModule } from 'vitest/node';
import { pinnedPackages } from '../../../infra/local/foreign/python-venv.ts';
import { announceForeignClient } from '../../helpers/foreign/announce.ts';
import { foreignSummary } from '../../helpers/foreign/summary.ts';

function file(...metas: readonly object[]): TestModule {
  const children = { allTests: () => metas.map((meta) => ({ meta: () => meta })) };
  return { children } as unknown as TestModule;
}

describe('foreignSummary', () => {
  it('says nothing of a run without any', () => {
    expect(foreignSummary([file({}, {})])).toEqual([]);
  });

  it('names each client once, by name, and all its versions', () => {
    const oss2 = { name: 'oss2 (Python)', version: '2.19.1' };
    const other = { name: 'ali-oss', version: '6.23.0' };
    const older = { name: 'ali-oss', version: '6.22.0' };
    expect(
      foreignSummary([file({ foreignClients: [oss2, oss2] }, {}), file({ foreignClients: [other, older] })]),
    ).toEqual(['Foreign clients that ran:', '  ali-oss        6.22.0, 6.23.0', '  oss2 (Python)  2.19.1']);
  });

  it('says once what is missing', () => {
    const skip = { foreignSkip: 'Go clients: no go on this machine' };
    expect(foreignSummary([file(skip), file(skip)])).toEqual(['SKIPPED: Go clients: no go on this machine']);
  });
});

describe('announceForeignClient', () => {
  it('leaves name and version with the running test', ({ task }) => {
    announceForeignClient('a client', '1.2');
    announceForeignClient('another', '3');
    expect(task.meta.foreignClients).toEqual([
      { name: 'a client', version: '1.2' },
      { name: 'another', version: '3' },
    ]);
    delete task.meta.foreignClients;
  });
});

describe('pinnedPackages', () => {
  it('gives the names and refuses what is no exact pin', () => {
    expect(pinnedPackages('# why\na-b==1.4.1\n\nc==2\n')).toEqual(['a-b', 'c']);
    expect(() => pinnedPackages('a>=1\n')).toThrow("'a>=1' is no exact pin");
  });
});
