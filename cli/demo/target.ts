/** What each demo has of its own: where the orders go, and what can be seen there afterwards. */
import type { DemoRecord } from './orders.ts';

/** What the run came to. */
export interface Sums {
  /** Records in the topic. */
  readonly produced: number;
  readonly read: number;
  readonly written: number;
  readonly dropped: number;
  readonly lag: number;
  readonly inErrorTopic: number;
}

/** Of the demo's connector and its run. */
export interface DemoNames {
  readonly topic: string;
  readonly partitions: number;
  /** Empty when the demo begins; below `.spillway`. */
  readonly folder: string;
}

/** A target that runs. */
export interface DemoTarget {
  /** One line: what it is and where. */
  readonly place: string;
  /** One line: what is odd about some of the records. */
  readonly oddities: string;
  readonly records: readonly DemoRecord[];
  /** Keys of the connector that are not those of every demo. */
  readonly keys: Readonly<Record<string, string>>;
  /** What is there after the run: columns of the table, text below it, and whether it is what should be there. */
  inspect(sums: Sums): Promise<{
    readonly columns: readonly (readonly [head: string, value: number])[];
    readonly text: string;
    readonly isRight: boolean;
  }>;
  close(): Promise<void>;
}
