/** Keeps a redrive to the topics that its connector reads. */
import type { ErrantEntry } from '../redrive/error-entry.ts';
import type { RedriveSender, RedriveStep, SenderTarget, SettledStep } from '../redrive/redrive-step.ts';

/** Where a record came from stands in its headers, and whoever may write to the error topic writes those: a worker must not be made to write to
 *  topics for them that they could not write to themselves. */
export class OwnTopics implements RedriveSender {
  readonly most: number;

  constructor(
    private readonly connector: string,
    private readonly topics: readonly string[] | RegExp,
    private readonly inner: RedriveSender,
  ) {
    this.most = inner.most;
  }

  async targets(entries: readonly ErrantEntry[]): Promise<SenderTarget[]> {
    const own = entries.filter((entry) => this.#reads(entry));
    const targets = await this.inner.targets(own);
    const byEntry = new Map(own.map((entry, at) => [entry, targets[at]]));
    return entries.map((entry) => byEntry.get(entry) ?? this.#foreign(entry));
  }

  send(steps: readonly RedriveStep[], signal: AbortSignal): Promise<SettledStep[]> {
    return this.inner.send(steps, signal);
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  #reads({ note }: ErrantEntry): boolean {
    return this.topics instanceof RegExp ? this.topics.test(note.topic) : this.topics.includes(note.topic);
  }

  #foreign({ note }: ErrantEntry): SenderTarget {
    const message = `it says that it came from ${note.topic}, which ${this.connector} does not read; send it with the command line, if that is right`;
    return { failure: { code: 'REDRIVE_OTHER_TOPIC', message } };
  }
}
