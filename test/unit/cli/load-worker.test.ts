import { afterEach, expect, it, vi } from 'vitest';
import { loadWorker } from '../../../cli/load-worker.ts';

const SERVERS = { SPILLWAY_BOOTSTRAP_SERVERS: '127.0.0.1:9092', SPILLWAY_LISTENERS: '', FC_CUSTOM_LISTEN_PORT: '' };

afterEach(() => vi.unstubAllEnvs());

it.each([
  ['by itself', {}, 'http://127.0.0.1:8083'],
  ['where the platform looks', { FC_CUSTOM_LISTEN_PORT: '9000' }, 'http://0.0.0.0:9000'],
  ['where a person says', { FC_CUSTOM_LISTEN_PORT: '9000', SPILLWAY_LISTENERS: 'http://[::1]:1' }, 'http://[::1]:1'],
])('a worker listens %s', (_, env, listener) => {
  for (const [name, value] of Object.entries({ ...SERVERS, ...env })) vi.stubEnv(name, value);
  expect(loadWorker(undefined).config.listeners).toEqual([listener]);
});
