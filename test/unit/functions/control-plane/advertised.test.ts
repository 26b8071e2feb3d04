import { describe, expect, it } from 'vitest';
import { advertisedId } from '../../../../functions/control-plane/advertised.ts';

const NONE = { 'rest.advertised.host.name': undefined, 'rest.advertised.port': undefined };

describe('advertisedId', () => {
  it.each([
    ['http://127.0.0.1:8083', '127.0.0.1:8083'],
    ['http://worker', 'worker:80'],
    ['https://worker', 'worker:443'],
    ['http://[::1]:8083', '[::1]:8083'],
    ['http://0.0.0.0:8083', 'm1:8083'],
    ['http://[::]:8083', 'm1:8083'],
  ])('is that of the first listener, or the machine where it is on all addresses: %s', (address, id) => {
    expect(advertisedId(NONE, address, 'm1')).toBe(id);
  });

  it('is what the worker is to be known by', () => {
    const settings = { 'rest.advertised.host.name': 'w1.example', 'rest.advertised.port': 443 };
    expect(advertisedId(settings, 'http://0.0.0.0:8083', 'm1')).toBe('w1.example:443');
    expect(advertisedId({ ...NONE, 'rest.advertised.host.name': 'w1' }, 'http://0.0.0.0:8083', 'm1')).toBe('w1:8083');
  });
});
