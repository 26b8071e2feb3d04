/** What this worker says on the status board. */
import { type RunState, type Status, type StatusBoard, TRACE_CHARACTERS } from '../status-board.ts';

export interface Said {
  readonly state: RunState;
  /** Of the assignment under which it is said. */
  readonly generation: number;
  readonly trace?: string | undefined;
}

/** Says nothing twice; a trace is cut to what the board keeps of it, since what does not stand there as it was said would be said again. */
export class StatusVoice {
  constructor(
    private readonly board: StatusBoard,
    readonly workerId: string,
    private readonly version: string,
  ) {}

  connector(name: string, said: Said): void {
    if (!this.#isSaid(this.board.connector(name), said)) this.board.putConnector(name, this.#status(said));
  }

  task(name: string, id: number, said: Said): void {
    if (!this.#isSaid(this.board.tasks(name).get(id), said)) this.board.putTask(name, id, this.#status(said));
  }

  /** With everything that was said of it. */
  forgetConnector(name: string): void {
    this.board.forgetConnector(name);
  }

  forgetTask(name: string, id: number): void {
    if (this.board.tasks(name).has(id)) this.board.forgetTask(name, id);
  }

  noteTopic(name: string, id: number, topic: string): void {
    this.board.noteTopic(name, id, topic);
  }

  #isSaid(before: Status | undefined, { state, trace }: Said): boolean {
    return (
      before?.workerId === this.workerId && before.state === state && before.trace === trace?.slice(0, TRACE_CHARACTERS)
    );
  }

  #status({ state, generation, trace }: Said): Status {
    const { workerId, version } = this;
    return {
      state,
      workerId,
      generation,
      version,
      ...(trace !== undefined && { trace: trace.slice(0, TRACE_CHARACTERS) }),
    };
  }
}
