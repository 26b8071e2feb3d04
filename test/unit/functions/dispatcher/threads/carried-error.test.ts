import { describe, expect, it } from 'vitest';
import { carriedError, carryError } from '../../../../../functions/dispatcher/threads/carried-error.ts';
import {
  ConfigError,
  FatalError,
  FunctionFailure,
  FunctionTimeout,
  RecordError,
  RetriableError,
  toError,
} from '../../../../../shared/errors.ts';

const carried = (thrown: unknown) => carriedError(structuredClone(carryError(thrown)));

describe('an error that is carried', () => {
  it.each([
    new ConfigError([{ key: 'a', message: 'is wrong' }], 'worker settings'),
    new FatalError('OSS_BUCKET_MISSING', 'no bucket', { mayHeal: true, scope: 'partition', context: { task: 3 } }),
    new RetriableError('TARGET_UNAVAILABLE', '503', { retryAfterMs: 20, trouble: 'throttled' }),
    new FunctionFailure('FUNCTION_FAILED', 'threw'),
    new FunctionTimeout('INVOKE_TIMEOUT', 'silent'),
    new RecordError('NULL_VALUE', 'a tombstone'),
    new TypeError('x is not a function'),
  ])('is the same: $name', (error) => {
    const back = carried(error);
    expect({ ...back }).toEqual({ ...error });
    expect([back.name, back.message, back.stack]).toEqual([error.name, error.message, error.stack]);
    if ('code' in error) expect(back.constructor).toBe(error.constructor);
  });

  it('keeps its causes', () => {
    const back = carried(new FatalError('A', 'a', { cause: new RetriableError('B', 'b', { cause: new Error('c') }) }));
    expect(back.cause).toBeInstanceOf(RetriableError);
    expect(toError(toError(back.cause).cause).message).toBe('c');
  });

  it('may be anything', () => {
    expect(carried('just text').message).toBe('just text');
  });
});
