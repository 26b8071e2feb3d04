/** The routes under `/spillway/`, which Kafka Connect does not have: one method a call that the command line makes. */
import type { z } from 'zod';
import { answerOf } from './answer-shape.ts';
import type { ApiClient, ApiMethod, ApiRequest } from './api-client.ts';
import { pathOf } from './connect-api.ts';
import * as shapes from './spillway-shapes.ts';

/** Where a test record is. */
interface TestPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

type Query = NonNullable<ApiRequest['query']>;

/** Every method throws what `ApiClient.call` does, and FatalError `API_FOREIGN` for an answer of another shape. */
export class SpillwayApi {
  constructor(private readonly client: ApiClient) {}

  async #ask<T>(shape: z.ZodType<T>, method: ApiMethod, path: string, request?: ApiRequest): Promise<T> {
    const answer = await this.client.call(method, path, request);
    return answerOf(shape, answer, `${method} ${path}`, this.client.settings.baseUrl);
  }

  cluster(): Promise<shapes.Cluster> {
    return this.#ask(shapes.cluster, 'GET', '/spillway/cluster');
  }

  lag(name: string): Promise<shapes.Lag> {
    return this.#ask(shapes.lag, 'GET', spillwayPath(name, 'lag'));
  }

  events(name: string, query: Query): Promise<shapes.Events> {
    return this.#ask(shapes.events, 'GET', spillwayPath(name, 'events'), { query });
  }

  logs(name: string, query: Query): Promise<shapes.Logs> {
    return this.#ask(shapes.logs, 'GET', spillwayPath(name, 'logs'), { query });
  }

  preview(name: string, query: Query) {
    return this.#ask(shapes.preview, 'GET', spillwayPath(name, 'preview'), { query });
  }

  /** @param waitMs how long the API follows it, at most */
  test(name: string, record: object, waitMs: number): Promise<shapes.TestAnswer> {
    const body = { ...record, timeoutMs: this.#withinTime(waitMs) };
    return this.#ask(shapes.testAnswer, 'POST', spillwayPath(name, 'test'), { body });
  }

  /** What became of one that was sent before. */
  testAt(name: string, { topic, partition, offset }: TestPlace, waitMs: number): Promise<shapes.TestAnswer> {
    const query = { topic, partition, offset, timeoutMs: this.#withinTime(waitMs) };
    return this.#ask(shapes.testAnswer, 'GET', spillwayPath(name, 'test'), { query });
  }

  errors(name: string, query: Query): Promise<shapes.ErrorRows> {
    return this.#ask(shapes.errorRows, 'GET', spillwayPath(name, 'errors'), { query });
  }

  errorKinds(name: string, query: Query) {
    return this.#ask(shapes.errorKinds, 'GET', spillwayPath(name, 'errors/summary'), { query });
  }

  /** @param waitMs how long the API waits for its end, at most */
  redrive(name: string, order: object, waitMs: number) {
    const body = { ...order, waitMs: this.#withinTime(waitMs) };
    return this.#ask(shapes.redriveAnswer, 'POST', spillwayPath(name, 'redrives'), { body });
  }

  redrives(name: string) {
    return this.#ask(shapes.redrives, 'GET', spillwayPath(name, 'redrives'));
  }

  redriveState(name: string, id: string): Promise<shapes.RedriveState> {
    return this.#ask(shapes.redrive, 'GET', spillwayPath(name, `redrives/${encodeURIComponent(id)}`));
  }

  stopRedrive(name: string, id: string): Promise<shapes.RedriveState> {
    return this.#ask(shapes.redrive, 'DELETE', spillwayPath(name, `redrives/${encodeURIComponent(id)}`));
  }

  /** An answer must be here in time, however long the API is asked to wait with it. */
  #withinTime(waitMs: number): number {
    return Math.floor(Math.min(waitMs, this.client.settings.timeoutMs / 2));
  }
}

function spillwayPath(name: string, rest: string): string {
  return `/spillway${pathOf(name)}/${rest}`;
}
