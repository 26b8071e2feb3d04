import { expect, it } from 'vitest';
import { orderOf } from '../../../../../functions/dispatcher/timed/run-order.ts';
import { ConfigError } from '../../../../../shared/errors.ts';

const TIMER = { triggerTime: '2026-11-22T00:00:00Z', triggerName: 'every-minute', payload: '{"resumeStopped":true}' };

it.each([
  ['a timer trigger', Buffer.from(JSON.stringify(TIMER)), false],
  ['nothing', Buffer.alloc(0), false],
  ['text', Buffer.from('by hand'), false],
  ['a list', Buffer.from('[1]'), false],
  ['null', Buffer.from('null'), false],
  ['an object as it is', { resumeStopped: true }, true],
  ['a person who resumes', Buffer.from('{"resumeStopped":true}'), true],
  ['a person who does not', '{"resumeStopped":false}', false],
])('an event of %s', (_, event, resumeStopped) => {
  expect(orderOf(event)).toEqual({ resumeStopped });
});

it('refuses what is neither true nor false', () => {
  expect(() => orderOf('{"resumeStopped":"yes"}')).toThrow(ConfigError);
});
