import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../../functions/control-plane/refused.ts';
import { createRequest } from '../../../../../functions/control-plane/rest/create-request.ts';

describe('createRequest', () => {
  it('reads name, configuration and what is wanted at first', () => {
    const config = { topics: 'a', 'tasks.max': '2', flag: true, none: null };
    expect(createRequest({ name: ' c1 ', config })).toEqual({ name: 'c1', config, initial: 'STARTED' });
    expect(createRequest({ name: null, config: {} })).toEqual({ name: '', config: {}, initial: 'STARTED' });
    expect(createRequest({ config: {} }).name).toBe('');
  });

  it.each([
    ['RUNNING', 'STARTED'],
    ['paused', 'PAUSED'],
    ['Stopped', 'STOPPED'],
    [null, 'STARTED'],
  ])('takes %j as initial state in any case', (initial_state, initial) => {
    expect(createRequest({ name: 'c', config: {}, initial_state }).initial).toBe(initial);
  });

  it.each([
    [undefined, 'The body must be a JSON object, and there is none.'],
    [null, 'The body must be a JSON object.'],
    [[], 'The body must be a JSON object.'],
    ['hunter2', 'The body must be a JSON object.'],
    [{}, 'config must be a JSON object, and there is none.'],
    [{ name: 'c', config: null }, 'config must be a JSON object.'],
    [{ name: 'c', config: 'hunter2' }, 'config must be a JSON object.'],
    [{ name: {}, config: {} }, 'name: must be a text.'],
    [
      { name: 'c', config: {}, hunter2: 1 },
      'The body has a field that is not known. Known are name, config, initial_state.',
    ],
    [{ name: 'c', config: {}, initial_state: 'hunter2' }, 'initial_state: must be one of RUNNING, PAUSED, STOPPED.'],
    [{ name: 'c', config: {}, initial_state: 1 }, 'initial_state: must be one of RUNNING, PAUSED, STOPPED.'],
    [
      { name: 'c', config: { file: { a: 'hunter2' } } },
      'file: must be a text, a number, true, false or null, not an object.',
    ],
    [{ name: 'c', config: { file: ['hunter2'] } }, 'file: must be a text, a number, true, false or null, not a list.'],
  ])('refuses %j', (body, message) => {
    expect(() => createRequest(body)).toThrow(new Refused(400, message));
  });

  it('refuses a key that would change the object itself', () => {
    const body: unknown = JSON.parse('{"name":"c","config":{"__proto__":"x"}}');
    expect(() => createRequest(body)).toThrow('__proto__');
  });
});
