/** Where the time of a process went, from CPU profiles of V8 (one a thread). */

/** What of a `.cpuprofile` is read. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  /** Id of the node that ran, for each sample. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export interface Share {
  /** `kafkajs`, `undici`, `node` (its own JavaScript), `wasm`, `native` (everything without a source), else `spillway`. */
  readonly owner: string;
  /** Of the function, or what V8 says of native time: `(garbage collector)`, `(program)`. */
  readonly name: string;
  /** Part of the time that was not idle. What a native addon does counts for its caller. */
  readonly share: number;
}

/** A share for each function, the greatest first. */
export function profileShares(profiles: readonly CpuProfile[]): Share[] {
  const times = new Map<string, { readonly owner: string; readonly name: string; micros: number }>();
  let busy = 0;
  for (const { nodes, samples, timeDeltas } of profiles) {
    const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
    samples.forEach((id, i) => {
      const { functionName = '', url = '' } = frames.get(id) ?? {};
      if (functionName === '(idle)') return;
      const name = functionName === '' ? '(anonymous)' : functionName;
      const owner = ownerOf(url);
      const key = `${owner} ${name}`;
      const time = times.get(key) ?? { owner, name, micros: 0 };
      times.set(key, time);
      time.micros += timeDeltas[i] ?? 0;
      busy += timeDeltas[i] ?? 0;
    });
  }
  return [...times.values()]
    .map(({ owner, name, micros }) => ({ owner, name, share: micros / busy }))
    .sort((a, b) => b.share - a.share);
}

function ownerOf(url: string): string {
  const [, name] = /\/node_modules\/((?:@[^/]+\/)?[^/.][^/]*)\//.exec(url) ?? [];
  if (name !== undefined) return name;
  if (url === '') return 'native';
  if (url.startsWith('node:')) return 'node';
  return url.startsWith('wasm:') ? 'wasm' : 'spillway';
}
