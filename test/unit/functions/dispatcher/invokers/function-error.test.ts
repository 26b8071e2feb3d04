import { describe, expect, it } from 'vitest';
import { functionError, reportOf } from '../../../../../functions/dispatcher/invokers/function-error.ts';
import { FunctionFailure, FunctionTimeout } from '../../../../../shared/errors.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

function reply(errorType: string | undefined, body: unknown, headers: Record<string, string> = {}, status = 200) {
  return {
    status,
    headers: { ...headers, ...(errorType === undefined ? {} : { 'x-fc-error-type': errorType }) },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  };
}

describe('a failure that Function Compute reports', () => {
  it('is none without its header, nor where the platform reports its own', () => {
    expect(functionError(reply(undefined, { errorMessage: 'x' }), true)).toBeUndefined();
    expect(functionError(reply('FcCommonError', '', {}, 500), true)).toBeUndefined();
  });

  it('is never success: the platform’s own comes with a 2xx, too', () => {
    const error = functionError(reply('FcCommonError', ''), true);
    expect(error).not.toBeInstanceOf(FunctionFailure);
    expect(error).toMatchObject({ code: 'FC_UNAVAILABLE', message: expect.stringContaining('HTTP 200') });
  });

  it.each([408, 429, 502, 503, 504])('blames no record where the status says "not now": %i', (status) => {
    expect(functionError(reply('ResourceThrottled', '', {}, status), true)).toBeUndefined();
    expect(functionError(reply('UnhandledInvocationError', '', {}, 500), true)).toBeInstanceOf(FunctionFailure);
  });

  it('is told to the error record in the function’s words, and to nobody else', () => {
    const body = { errorMessage: 'no order 7', errorType: 'TypeError', stackTrace: ['at a', 'at b'] };
    const error = functionError(
      reply('UnhandledInvocationError', body, { 'x-fc-log-result': base64('hello\n') }),
      true,
    );
    expect(error).toBeInstanceOf(FunctionFailure);
    expect(error).not.toBeInstanceOf(FunctionTimeout);
    expect(error?.message).toBe('the function failed the batch: UnhandledInvocationError');
    expect(error).toMatchObject({
      code: 'FUNCTION_FAILED',
      report: { said: 'TypeError: no order 7', stack: 'at a\nat b', logTail: 'hello\n' },
    });
  });

  it('may be anything, without a text to tell', () => {
    for (const body of ['', 'null', '[]', 'no json', '{"errorMessage":5}']) {
      expect(reportOf(reply('UnhandledInvocationError', body))).toEqual({
        said: undefined,
        stack: undefined,
        logTail: undefined,
      });
    }
  });

  it('has the lines of a Python trace', () => {
    const stackTrace = [['File "/code/index.py"', 'line 2', 'in handler'], 'ValueError'];
    expect(reportOf(reply('X', { stackTrace })).stack).toBe('File "/code/index.py"\nline 2\nin handler\nValueError');
  });

  it('is bounded in all that it says', () => {
    const long = 'x'.repeat(50_000);
    const { said, stack, logTail } = reportOf(
      reply('X', { errorMessage: long, stackTrace: [long] }, { 'x-fc-log-result': base64(`start${long}end`) }),
    );
    expect([said?.length, stack?.length, logTail?.length]).toEqual([2_001, 8_001, 4_096]);
    expect(logTail).toMatch(/end$/);
  });

  it('blames no record when the function’s own time ran out', () => {
    const body = { errorMessage: 'Function timed out after 60 seconds (maxMemoryUsage: 28.09MB)' };
    expect(functionError(reply('UnhandledInvocationError', body), true)).toBeInstanceOf(FunctionTimeout);
    // The function itself may say the same.
    const own = functionError(reply('UnhandledInvocationError', { ...body, errorType: 'Error' }), true);
    expect(own).not.toBeInstanceOf(FunctionTimeout);
  });

  it('counts against nothing when the function never had the batch', () => {
    const error = functionError(reply('InitializationError', { errorMessage: 'no bucket' }), true);
    expect(error).not.toBeInstanceOf(FunctionFailure);
    expect(error).toMatchObject({ code: 'FUNCTION_NOT_INITIALIZED' });
  });

  it('is trouble with the target, for a sink of ours', () => {
    const body = { errorMessage: 'Process exited unexpectedly before completing request' };
    const error = functionError(reply('UnhandledInvocationError', body), false);
    expect(error).not.toBeInstanceOf(FunctionFailure);
    expect(error).toMatchObject({ code: 'SINK_FUNCTION_FAILED', trouble: 'unreachable' });
    expect(error?.message).toContain('Process exited unexpectedly');
    const late = { errorMessage: 'Function timed out after 3 seconds' };
    expect(functionError(reply('UnhandledInvocationError', late), false)).toMatchObject({ trouble: 'timeout' });
  });
});
