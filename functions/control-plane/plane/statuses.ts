/** Statuses as Kafka Connect's REST API shows them. Pure. */
import type { ConnectorStatusInfo, TaskName, TaskStatusInfo } from '../connect-shapes.ts';
import type { Status, StatusBoard } from '../status-board.ts';

type Board = Pick<StatusBoard, 'connector' | 'tasks'>;

/** A connector that nobody has taken up yet is UNASSIGNED, and belongs to no worker.
 *  @param version of this program, which is what would run it */
export function connectorStatus(name: string, board: Board, version: string): ConnectorStatusInfo {
  const own = board.connector(name);
  return {
    name,
    connector: own === undefined ? { state: 'UNASSIGNED', worker_id: '', version } : stateInfo(own),
    tasks: [...board.tasks(name)].map(([id, status]) => taskStatus(id, status)),
    type: 'sink',
  };
}

export function taskStatus(id: number, status: Status): TaskStatusInfo {
  return { id, ...stateInfo(status) };
}

/** Tasks that are known of. */
export function taskNames(name: string, board: Board): readonly TaskName[] {
  return [...board.tasks(name).keys()].map((task) => ({ connector: name, task }));
}

/** `status` as it is once a restart began: what is restarted is RESTARTING, with the trace of why it failed, as in Kafka Connect. */
export function restarting(
  status: ConnectorStatusInfo,
  { includeTasks, onlyFailed }: { readonly includeTasks: boolean; readonly onlyFailed: boolean },
): ConnectorStatusInfo {
  const restarted = <T extends { readonly state: string }>(one: T): T =>
    !onlyFailed || one.state === 'FAILED' ? { ...one, state: 'RESTARTING' } : one;
  return {
    ...status,
    connector: restarted(status.connector),
    tasks: includeTasks ? status.tasks.map(restarted) : status.tasks,
  };
}

function stateInfo({ state, workerId, version, trace }: Status) {
  return { state, worker_id: workerId, version, ...(trace === undefined ? {} : { trace }) };
}
