/** A function of the user's own that runs in this process. It is not loaded: that would run it. */
import { type Finding, ok, problem } from './finding.ts';

/** @param path absolute
 *  @param readable whether a file is there that can be read */
export function checkModule(path: string, readable: boolean): Finding[] {
  if (readable) return [ok('module-found', `${path} is there; it was not loaded, and handler was not called`)];
  const action = 'correct invoke.module; a relative path starts at the folder of the connector file';
  return [problem('module-missing', `${path} cannot be read`, action, 'FUNCTION_MODULE_INVALID')];
}
