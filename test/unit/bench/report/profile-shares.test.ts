import { expect, it } from 'vitest';
import { type CpuProfile, profileShares } from '../../../bench/report/profile-shares.ts';

const node = (id: number, functionName: string, url = '') => ({ id, callFrame: { functionName, url } });
const BUNDLE = 'file:///x/node_modules/.cache/spillway-bench/1/carry.mjs';

const main: CpuProfile = {
  nodes: [
    node(1, '(idle)'),
    node(2, '(garbage collector)'),
    node(3, 'walk', BUNDLE),
    node(4, '', 'file:///x/node_modules/@node-rs/crc32/index.js'),
    node(5, 'writev', 'node:internal/stream_base_commons'),
    node(6, 'escape', 'wasm://wasm/1'),
  ],
  samples: [1, 2, 3, 3, 4, 5, 6],
  timeDeltas: [900, 10, 20, 20, 10, 20, 20],
};

it('gives each function its part of the time that was not idle, and says whose it is', () => {
  expect(profileShares([main])).toEqual([
    { owner: 'spillway', name: 'walk', share: 0.4 },
    { owner: 'node', name: 'writev', share: 0.2 },
    { owner: 'wasm', name: 'escape', share: 0.2 },
    { owner: 'native', name: '(garbage collector)', share: 0.1 },
    { owner: '@node-rs/crc32', name: '(anonymous)', share: 0.1 },
  ]);
});

it('adds up the threads', () => {
  const thread: CpuProfile = { nodes: [node(9, 'walk', BUNDLE)], samples: [9], timeDeltas: [100] };
  expect(profileShares([main, thread])[0]).toEqual({ owner: 'spillway', name: 'walk', share: 0.7 });
});

it('has nothing to say of a process that only waited', () => {
  expect(profileShares([{ nodes: [node(1, '(idle)')], samples: [1], timeDeltas: [5] }])).toEqual([]);
});
