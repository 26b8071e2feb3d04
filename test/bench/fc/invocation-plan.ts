/** What the programs of the bench tell each other. */

export const CLIENTS = ['@alicloud/fc2', '@alicloud/fc20230330', 'ours, 3.0', 'ours, 2.0'] as const;
export type InvokingClient = (typeof CLIENTS)[number];

/** `calls` synchronous invocations with a body of `bytes`, `concurrency` at one time. */
export interface InvocationPlan {
  readonly client: InvokingClient;
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly bytes: number;
  readonly calls: number;
  readonly concurrency: number;
}
