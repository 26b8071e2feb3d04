/** Errors on their way from one thread to another: a clone keeps neither class nor fields of ours. */
import {
  ConfigError,
  type ConfigProblem,
  type ErrorContext,
  FatalError,
  FunctionFailure,
  FunctionTimeout,
  RecordError,
  RetriableError,
  toError,
} from '../../../shared/errors.ts';

/** An error that can be cloned. */
export interface CarriedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code?: string;
  readonly context?: ErrorContext;
  readonly problems?: readonly ConfigProblem[];
  readonly subject?: string;
  readonly retryAfterMs?: number;
  readonly trouble?: RetriableError['trouble'];
  readonly scope?: FatalError['scope'];
  readonly mayHeal?: boolean;
  readonly cause?: CarriedError;
}

/** Never throws, whatever was thrown. */
export function carryError(thrown: unknown): CarriedError {
  const error = toError(thrown);
  const { name, message, stack, cause } = error;
  const carried = { name, message, stack, ...(cause instanceof Error ? { cause: carryError(cause) } : {}) };
  if (error instanceof ConfigError) return { ...carried, problems: error.problems, subject: error.subject };
  if (error instanceof FatalError) {
    const { code, context, scope, mayHeal } = error;
    return { ...carried, code, context, scope, mayHeal };
  }
  if (error instanceof RetriableError) {
    const { code, context, retryAfterMs, trouble } = error;
    return { ...carried, code, context, trouble, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  if (error instanceof RecordError) return { ...carried, code: error.code, context: error.context };
  return carried;
}

/** The same error: class, code, message, fields and trace. */
export function carriedError(carried: CarriedError): Error {
  const error = built(carried);
  error.message = carried.message;
  if (carried.stack !== undefined) error.stack = carried.stack;
  return error;
}

const RETRIABLE = { RetriableError, FunctionFailure, FunctionTimeout } as const;

function built({ name, message, code = 'UNCLASSIFIED', cause, problems, subject, ...fields }: CarriedError): Error {
  const options = { ...fields, ...(cause === undefined ? {} : { cause: carriedError(cause) }) };
  switch (name) {
    case 'ConfigError':
      return new ConfigError(problems ?? [], subject);
    case 'FatalError':
      return new FatalError(code, message, options);
    case 'RetriableError':
    case 'FunctionFailure':
    case 'FunctionTimeout':
      return new RETRIABLE[name](code, message, options);
    case 'RecordError':
      return new RecordError(code, message, options);
    default: {
      const error = new Error(message, options);
      Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
      return error;
    }
  }
}
