/** What the leader of the workers' group does: it gives out connectors and tasks, and looks after the statuses that nobody else does. */

import type { GroupPeer } from '../../../shared/kafka/worker-group.ts';
import type { Logger } from '../../../shared/logger.ts';
import { assign, type WantedConnector } from '../assignor.ts';
import type { ConfigState } from '../config-state.ts';
import type { Status, StatusBoard } from '../status-board.ts';
import { type Claims, decodeClaims, encodeGiven } from './group-messages.ts';
import type { StatusVoice } from './status-voice.ts';
import type { TaskCounts } from './task-counts.ts';

export interface LeaderDeps {
  readonly state: () => ConfigState;
  readonly counts: Pick<TaskCounts, 'of'>;
  readonly board: Pick<StatusBoard, 'connectors' | 'connector' | 'tasks'>;
  readonly voice: StatusVoice;
  readonly logger: Logger;
}

interface Peer extends Claims {
  readonly memberId: string;
}

export class Leader {
  /** What was last given out. */
  #givenOut = '';

  constructor(private readonly deps: LeaderDeps) {}

  /** By member id. Members that cannot be understood are given nothing. */
  lead(members: readonly GroupPeer[], groupGeneration: number): Map<string, Buffer> {
    const wanted = this.#wanted();
    this.#givenOut = JSON.stringify(wanted);
    const peers = this.#understood(members);
    const generation = Math.max(groupGeneration, ...peers.map((peer) => peer.generation + 1), this.#newest() + 1);
    const shares = assign(
      wanted,
      peers.map((peer) => ({ id: peer.memberId, generation: peer.generation, has: peer.has })),
    );
    const workers = [...new Set(peers.map(({ workerId }) => workerId))].sort();
    const leader = this.deps.voice.workerId;
    const given = new Map<string, Buffer>();
    for (const peer of peers) {
      const share = shares.get(peer.memberId);
      if (share === undefined) continue;
      given.set(peer.memberId, encodeGiven({ generation, leader, workers, share }));
      // Below what its new worker says, so that it counts whichever comes first.
      const said = { state: 'UNASSIGNED', generation: generation - 1 } as const;
      const { board, voice } = this.deps;
      for (const name of share.connectors) {
        if (isOf(peer, board.connector(name)) || peer.has.connectors.includes(name)) continue;
        voice.connector(name, said);
      }
      for (const [name, ids] of share.tasks) {
        const statuses = board.tasks(name);
        const had = new Set(peer.has.tasks.get(name));
        for (const id of ids) if (!had.has(id) && !isOf(peer, statuses.get(id))) voice.task(name, id, said);
      }
    }
    this.#tidy(wanted);
    this.deps.logger.info(
      { generation, workers, connectors: wanted.length, tasks: wanted.reduce((sum, { tasks }) => sum + tasks, 0) },
      'this worker leads; connectors and tasks are given out',
    );
    return given;
  }

  /** Whether something else is wanted than what was given out. */
  isBehind(): boolean {
    return JSON.stringify(this.#wanted()) !== this.#givenOut;
  }

  /** Call it after each change of what is wanted, while this worker leads. */
  follow(): void {
    this.#tidy(this.#wanted());
  }

  #wanted(): WantedConnector[] {
    return [...this.deps.state().connectors.keys()].sort().map((name) => ({ name, tasks: this.deps.counts.of(name) }));
  }

  /** What is said of connectors and tasks that do not exist any more goes, whoever said it: they may have gone while nobody led. */
  #tidy(wanted: readonly WantedConnector[]): void {
    const { board, voice } = this.deps;
    const tasksOf = new Map(wanted.map(({ name, tasks }) => [name, tasks]));
    for (const name of board.connectors()) {
      const tasks = tasksOf.get(name);
      if (tasks === undefined) voice.forgetConnector(name);
      else for (const id of board.tasks(name).keys()) if (id >= tasks) voice.forgetTask(name, id);
    }
  }

  #understood(members: readonly GroupPeer[]): Peer[] {
    const peers: Peer[] = [];
    for (const { memberId, claims } of members) {
      const told = decodeClaims(claims);
      if (told === undefined) {
        const message = 'a member of the group does not say what a worker of this version says; it is given nothing';
        this.deps.logger.warn({ member: memberId }, message);
        continue;
      }
      if (peers.some(({ workerId }) => workerId === told.workerId)) {
        this.deps.logger.warn(
          { worker: told.workerId },
          'two members of the group answer under the same address: if it stays so, set rest.advertised.host.name and rest.advertised.port apart',
        );
      }
      peers.push({ memberId, ...told });
    }
    return peers;
  }

  /** The newest generation of which a status tells: that of the group starts anew once no worker was there for long. */
  #newest(): number {
    const { board, state } = this.deps;
    let newest = 0;
    for (const name of state().connectors.keys()) {
      newest = Math.max(newest, board.connector(name)?.generation ?? 0);
      for (const { generation } of board.tasks(name).values()) newest = Math.max(newest, generation);
    }
    return newest;
  }
}

function isOf({ workerId }: Peer, status: Status | undefined): boolean {
  return status?.workerId === workerId;
}
