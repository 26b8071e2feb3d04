/** Finds a user's own function in a file. */
import { pathToFileURL } from 'node:url';
import { FatalError, toError } from '../../../shared/errors.ts';
import type { UserFunction } from './in-process-function.ts';

const EXPECTED = 'invoke.module must be a JavaScript file that exports handler(event, context)';

/** The `handler` of an ES module or CommonJS file. Runs the file's own top level.
 *  @param path absolute
 *  @throws FatalError `FUNCTION_MODULE_INVALID` when there is none */
export async function loadFunction(path: string): Promise<UserFunction> {
  const module = await imported(path);
  // Of a CommonJS file, Node sees names only where it can tell them by reading; `default` is all of its exports.
  const handler = member(module, 'handler') ?? member(member(module, 'default'), 'handler');
  if (typeof handler === 'function') return handler as UserFunction;
  throw invalid(`${path} exports ${handler === undefined ? 'no handler' : 'a handler that is no function'}`);
}

async function imported(path: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (thrown) {
    const error = toError(thrown);
    throw invalid(`${path} cannot be loaded: ${error.name}: ${error.message}`, error);
  }
}

function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}

function invalid(what: string, cause?: Error): FatalError {
  return new FatalError('FUNCTION_MODULE_INVALID', `${what}; ${EXPECTED}`, cause === undefined ? {} : { cause });
}
