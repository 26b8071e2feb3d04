/** Kafka Connect's REST API: one method a call that the command line makes. */
import type { z } from 'zod';
import { answerOf } from './answer-shape.ts';
import type { ApiClient, ApiMethod, ApiRequest } from './api-client.ts';
import * as shapes from './connect-shapes.ts';

/** Wanted states as `initial_state` has them. */
export type InitialState = 'RUNNING' | 'PAUSED' | 'STOPPED';

export interface OffsetChange {
  readonly topic: string;
  readonly partition: number;
  /** Null forgets what is committed. */
  readonly offset: number | null;
}

/** Every method throws what `ApiClient.call` does, and FatalError `API_FOREIGN` for an answer of another shape. */
export class ConnectApi {
  constructor(private readonly client: ApiClient) {}

  async #ask<T>(shape: z.ZodType<T>, method: ApiMethod, path: string, request?: ApiRequest): Promise<T> {
    const answer = await this.client.call(method, path, request);
    return answerOf(shape, answer, `${method} ${path}`, this.client.settings.baseUrl);
  }

  connectors(): Promise<shapes.ExpandedConnectors> {
    return this.#ask(shapes.expandedConnectors, 'GET', '/connectors', { query: { expand: ['info', 'status'] } });
  }

  info(name: string): Promise<shapes.ConnectorInfo> {
    return this.#ask(shapes.connectorInfo, 'GET', pathOf(name));
  }

  config(name: string): Promise<shapes.StoredConfig> {
    return this.#ask(shapes.storedConfig, 'GET', `${pathOf(name)}/config`);
  }

  status(name: string): Promise<shapes.ConnectorStatus> {
    return this.#ask(shapes.connectorStatus, 'GET', `${pathOf(name)}/status`);
  }

  create(name: string, config: object, initial: InitialState): Promise<shapes.ConnectorInfo> {
    // The field is younger than the API: only what is not the default is said.
    const state = initial === 'RUNNING' ? {} : { initial_state: initial };
    return this.#ask(shapes.connectorInfo, 'POST', '/connectors', { body: { name, config, ...state } });
  }

  put(name: string, config: object): Promise<shapes.ConnectorInfo> {
    return this.#ask(shapes.connectorInfo, 'PUT', `${pathOf(name)}/config`, { body: config });
  }

  patch(name: string, changes: Readonly<Record<string, string | null>>): Promise<shapes.ConnectorInfo> {
    return this.#ask(shapes.connectorInfo, 'PATCH', `${pathOf(name)}/config`, { body: changes });
  }

  async act(name: string, action: 'pause' | 'resume' | 'stop'): Promise<void> {
    await this.client.call('PUT', `${pathOf(name)}/${action}`);
  }

  /** @returns the status, where the API answers one: with either of the options */
  async restart(name: string, includeTasks: boolean, onlyFailed: boolean): Promise<unknown> {
    return this.client.call('POST', `${pathOf(name)}/restart`, { query: { includeTasks, onlyFailed } });
  }

  async restartTask(name: string, task: number): Promise<void> {
    await this.client.call('POST', `${pathOf(name)}/tasks/${task}/restart`);
  }

  /** @param query of our own API: what else is to go */
  async remove(name: string, query: NonNullable<ApiRequest['query']> = {}): Promise<void> {
    await this.client.call('DELETE', pathOf(name), { query });
  }

  async topics(name: string): Promise<readonly string[]> {
    const answer = await this.#ask(shapes.activeTopics, 'GET', `${pathOf(name)}/topics`);
    return answer[name]?.topics ?? [];
  }

  async resetTopics(name: string): Promise<void> {
    await this.client.call('PUT', `${pathOf(name)}/topics/reset`);
  }

  offsets(name: string): Promise<shapes.ConnectorOffsets> {
    return this.#ask(shapes.connectorOffsets, 'GET', `${pathOf(name)}/offsets`);
  }

  /** @returns what the API says of it */
  async alterOffsets(name: string, changes: readonly OffsetChange[]): Promise<string> {
    const offsets = changes.map(({ topic, partition, offset }) => ({
      partition: { kafka_topic: topic, kafka_partition: partition },
      offset: offset === null ? null : { kafka_offset: offset },
    }));
    const path = `${pathOf(name)}/offsets`;
    return (await this.#ask(shapes.offsetsMessage, 'PATCH', path, { body: { offsets } })).message;
  }

  /** @returns what the API says of it */
  async resetOffsets(name: string): Promise<string> {
    return (await this.#ask(shapes.offsetsMessage, 'DELETE', `${pathOf(name)}/offsets`)).message;
  }

  plugins() {
    return this.#ask(shapes.plugins, 'GET', '/connector-plugins');
  }

  pluginKeys(plugin: string) {
    return this.#ask(shapes.keyInfos, 'GET', `/connector-plugins/${encodeURIComponent(plugin)}/config`);
  }

  validate(plugin: string, config: object): Promise<shapes.Validation> {
    const path = `/connector-plugins/${encodeURIComponent(plugin)}/config/validate`;
    return this.#ask(shapes.validation, 'PUT', path, { body: config });
  }

  loggers() {
    return this.#ask(shapes.loggers, 'GET', '/admin/loggers');
  }

  logger(name: string) {
    return this.#ask(shapes.loggerLevel, 'GET', `/admin/loggers/${encodeURIComponent(name)}`);
  }

  /** @returns the loggers that it changed; undefined when it was set for all workers */
  async setLogger(name: string, level: string, scope: 'worker' | 'cluster'): Promise<readonly string[] | undefined> {
    const path = `/admin/loggers/${encodeURIComponent(name)}`;
    const answer = await this.client.call('PUT', path, { query: { scope }, body: { level } });
    return answer === undefined
      ? undefined
      : answerOf(shapes.changedLoggers, answer, `PUT ${path}`, this.client.settings.baseUrl);
  }

  cluster() {
    return this.#ask(shapes.cluster, 'GET', '/');
  }
}

/** Of one connector. */
export function pathOf(name: string): string {
  return `/connectors/${encodeURIComponent(name)}`;
}
