/** Asynchronous calls on disk: a line for each that was accepted, that failed once, that is settled. What a server that died left unsettled,
 *  the next one on the same folder runs. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A call that was accepted. */
export interface QueuedCall {
  readonly requestId: string;
  readonly function: string;
  readonly qualifier: string;
  readonly taskId: string | undefined;
  readonly event: Buffer;
  /** Epoch ms. */
  readonly acceptedAt: number;
  /** Epoch ms. */
  readonly notBefore: number;
}

/** A call that is to be run, and how often its function failed already. */
export interface UnsettledCall {
  readonly call: QueuedCall;
  failures: number;
}

type Line =
  | { readonly accepted: Omit<QueuedCall, 'event'> & { readonly event: string } }
  | { readonly failed: string }
  | { readonly settled: string };

/** The service knows tasks for 7 days. */
const TASK_KEPT_MS = 7 * 86_400_000;

export class AsyncJournal {
  readonly #file: string;
  readonly #unsettled = new Map<string, UnsettledCall>();
  /** When they were accepted, by function and id. */
  readonly #tasks = new Map<string, number>();

  /** Reads what is there, and keeps of it what still matters. A last line that was cut off is left out: its call was not answered. */
  constructor(file: string, now: number) {
    this.#file = file;
    mkdirSync(dirname(file), { recursive: true });
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
    for (const line of lines) this.#apply(JSON.parse(line) as Line);
    this.#compact(now);
  }

  unsettled(): readonly UnsettledCall[] {
    return [...this.#unsettled.values()];
  }

  /** `now` in epoch ms. */
  hasTask(name: string, taskId: string, now: number): boolean {
    const at = this.#tasks.get(taskKey(name, taskId));
    return at !== undefined && now - at <= TASK_KEPT_MS;
  }

  accept(call: QueuedCall): UnsettledCall {
    this.#write(acceptedLine(call));
    const unsettled = { call, failures: 0 };
    this.#remember(unsettled);
    return unsettled;
  }

  /** The function failed once more. */
  failed(unsettled: UnsettledCall): void {
    unsettled.failures++;
    this.#write({ failed: unsettled.call.requestId });
  }

  settle({ requestId }: QueuedCall): void {
    this.#write({ settled: requestId });
    this.#unsettled.delete(requestId);
  }

  #write(line: Line): void {
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  #remember(unsettled: UnsettledCall): void {
    const { requestId, function: name, taskId, acceptedAt } = unsettled.call;
    this.#unsettled.set(requestId, unsettled);
    if (taskId !== undefined) this.#tasks.set(taskKey(name, taskId), acceptedAt);
  }

  #apply(line: Line): void {
    if ('accepted' in line) {
      const event = Buffer.from(line.accepted.event, 'base64');
      this.#remember({ call: { ...line.accepted, event }, failures: 0 });
    } else if ('failed' in line) {
      const unsettled = this.#unsettled.get(line.failed);
      if (unsettled !== undefined) unsettled.failures++;
    } else {
      this.#unsettled.delete(line.settled);
    }
  }

  #compact(now: number): void {
    const lines: Line[] = [];
    for (const [key, at] of this.#tasks) {
      if (now - at > TASK_KEPT_MS) this.#tasks.delete(key);
    }
    for (const { call, failures } of this.unsettled()) {
      lines.push(acceptedLine(call), ...Array.from({ length: failures }, () => ({ failed: call.requestId })));
    }
    for (const [key, at] of this.#tasks) lines.push(...rememberedTask(key, at, this.#unsettled));
    const temporary = `${this.#file}.new`;
    writeFileSync(temporary, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    renameSync(temporary, this.#file);
  }
}

const taskKey = (name: string, taskId: string): string => `${name}/${taskId}`;

function acceptedLine(call: QueuedCall): Line {
  return { accepted: { ...call, event: call.event.toString('base64') } };
}

/** A task whose call is settled: accepted and settled again, without its event. */
function rememberedTask(key: string, at: number, unsettled: ReadonlyMap<string, UnsettledCall>): Line[] {
  const [name = '', taskId = ''] = key.split('/');
  const isUnsettled = [...unsettled.values()].some(({ call }) => call.function === name && call.taskId === taskId);
  if (isUnsettled) return [];
  const call = { requestId: key, function: name, qualifier: '', taskId, acceptedAt: at, notBefore: at };
  return [{ accepted: { ...call, event: '' } }, { settled: key }];
}
