import { expect, it } from 'vitest';
import type { FailedCall } from '../../../../functions/dead-letter/destination-event.ts';
import { failureReason } from '../../../../functions/dead-letter/failure-reason.ts';

const CALL: FailedCall = {
  requestId: 'r',
  functionArn: 'a',
  attempts: 4,
  payload: [],
  statusCode: 200,
  functionError: 'UnhandledInvocationError',
  response: undefined,
};
const ERROR = { errorMessage: 'no such user', errorType: 'TypeError', stackTrace: ['at a', 'at b'] };

it.each<[string, unknown, { errorClass: string; message: string; stack?: string }]>([
  ['data', ERROR, { errorClass: 'TypeError', message: 'no such user', stack: 'at a\nat b' }],
  ['text', JSON.stringify(ERROR), { errorClass: 'TypeError', message: 'no such user', stack: 'at a\nat b' }],
  ['only a message', { errorMessage: 'x' }, { errorClass: 'UnhandledInvocationError', message: 'x' }],
  [
    'a stack of one piece',
    { ...ERROR, stackTrace: 'at a' },
    { errorClass: 'TypeError', message: 'no such user', stack: 'at a' },
  ],
  ['words', 'process exited', { errorClass: 'UnhandledInvocationError', message: 'process exited' }],
])('tells the error of the function: %s', (_, response, expected) => {
  expect(failureReason({ ...CALL, response })).toEqual({ stage: 'TASK_PUT', code: 'FUNCTION_FAILED', ...expected });
});

it.each([[''], [undefined], [null], [{}], [[]]])(
  'says what the platform says where the function told nothing: %j',
  (response) => {
    const { message, errorClass } = failureReason({ ...CALL, response });
    expect(message).toContain('failed after 4 attempts (status 200)');
    expect(errorClass).toBe('UnhandledInvocationError');
  },
);

it('has a class and a message, whatever is missing', () => {
  expect(failureReason({ ...CALL, attempts: undefined, statusCode: undefined, functionError: '' })).toMatchObject({
    errorClass: 'FunctionFailure',
    message: 'the asynchronous call failed, and the function told no reason; its own log says more',
  });
});

it('is bounded: each of its records has it, and a topic has a size to keep', () => {
  const long = 'x'.repeat(50_000);
  const { message, errorClass, stack } = failureReason({
    ...CALL,
    response: { errorMessage: long, errorType: long, stackTrace: [long] },
  });
  expect([message.length, errorClass.length, stack?.length]).toEqual([2_001, 201, 8_001]);
  expect(failureReason({ ...CALL, response: long }).message).toHaveLength(2_001);
});
