/** Which test files have to do with search servers. */
import { readFile } from 'node:fs/promises';

const USES_HELPER = /helpers\/search\.ts'/;
const OF_THE_SINK = /(^|\/)test\/(conformance|integration)\/(.*\/)?elasticsearch-/;
const FAULT_CLASS = /(^|\/)test\/fault\/search-/;
const STARTS_SECURED = /\bsecurity: true\b/;
const UNIT = /(^|\/)test\/unit\//;

/** Whether a file uses the servers that all files of a run share.
 *  @param path of a test file; unit tests use none, whatever they are about */
export async function usesSharedServers(path: string): Promise<boolean> {
  if (UNIT.test(path)) return false;
  return OF_THE_SINK.test(path) || USES_HELPER.test(await readFile(path, 'utf8'));
}

/** Whether a file starts servers of its own with TLS and users. */
export async function startsSecuredServers(path: string): Promise<boolean> {
  return !UNIT.test(path) && STARTS_SECURED.test(await readFile(path, 'utf8'));
}

/** Whether what a file tests may depend on the search server: these, and the fault classes, whose world has a server of its own. */
export async function dependsOnSearchServer(path: string): Promise<boolean> {
  return FAULT_CLASS.test(path) || (await usesSharedServers(path));
}
