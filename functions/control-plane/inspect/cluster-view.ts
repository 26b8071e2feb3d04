/** Who is in the cluster and runs what, as the status topic says it. Pure. */
import type { ConfigState } from '../config-state.ts';
import type { RunState, StatusBoard } from '../status-board.ts';

/** What a worker knows of its group; undefined while it is in none. */
export interface Membership {
  /** Of the last assignment. */
  readonly generation: number;
  /** Worker that leads: `host:port`. */
  readonly leader: string;
  readonly workers: readonly string[];
}

export interface WorkerView {
  readonly id: string;
  /** False: it is in statuses, and not in the group any more. */
  readonly member: boolean;
  /** Connectors that it watches over. */
  readonly connectors: readonly string[];
  readonly tasks: readonly { readonly connector: string; readonly task: number; readonly state: RunState }[];
}

export interface ClusterView {
  /** The workers' group. */
  readonly group: string;
  /** The worker that answers. */
  readonly self: string;
  readonly generation: number | null;
  readonly leader: string | null;
  readonly workers: readonly WorkerView[];
}

export interface ClusterViewSources {
  readonly group: string;
  readonly self: string;
  readonly membership: () => Membership | undefined;
  readonly state: () => ConfigState;
  readonly board: Pick<StatusBoard, 'connector' | 'tasks'>;
}

/** @param maySee connectors that may be named */
export function clusterView(sources: ClusterViewSources, maySee: (connector: string) => boolean): ClusterView {
  const { group, self, board } = sources;
  const membership = sources.membership();
  const workers = new Map<string, { connectors: string[]; tasks: WorkerView['tasks'][number][] }>();
  const of = (id: string) => {
    const found = workers.get(id) ?? { connectors: [], tasks: [] };
    workers.set(id, found);
    return found;
  };
  for (const id of membership?.workers ?? [self]) of(id);
  for (const connector of [...sources.state().connectors.keys()].filter(maySee).sort()) {
    const status = board.connector(connector);
    if (status !== undefined && status.state !== 'UNASSIGNED') of(status.workerId).connectors.push(connector);
    for (const [task, { workerId, state }] of board.tasks(connector)) {
      if (state !== 'UNASSIGNED') of(workerId).tasks.push({ connector, task, state });
    }
  }
  const members = new Set(membership?.workers ?? []);
  return {
    group,
    self,
    generation: membership?.generation ?? null,
    leader: membership?.leader ?? null,
    workers: [...workers]
      .map(([id, parts]) => ({ id, member: members.has(id), ...parts }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}
