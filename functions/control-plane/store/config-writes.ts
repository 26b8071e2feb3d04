/** Changes in the order to write them. */
import type { ConfigWrite } from '../config-state.ts';
import type { ConfigView } from './config-view.ts';

/** Wanted states come before the connectors they are for, so that nobody sees one of them start that is to be stopped. A connector that comes
 *  back where only its wanted state was left is wanted started, unless the change says otherwise. */
export function inOrder(writes: readonly ConfigWrite[], view: Pick<ConfigView, 'hasOrphan'>): readonly ConfigWrite[] {
  const targets = writes.filter((one) => one.write === 'target');
  const told = new Set(targets.map(({ name }) => name));
  const orphans = writes
    .filter((one) => one.write === 'connector' && !told.has(one.name) && view.hasOrphan(one.name))
    .map((one) => ({ write: 'target', name: 'name' in one ? one.name : '', target: 'STARTED' }) as const);
  return [...targets, ...orphans, ...writes.filter((one) => one.write !== 'target')];
}

/** The first of `writes` that fit into `maxBytes` of JSON, at least one. */
export function upToBytes(writes: readonly ConfigWrite[], maxBytes: number): readonly ConfigWrite[] {
  let bytes = 0;
  const end = writes.findIndex((write) => {
    bytes += Buffer.byteLength(JSON.stringify(write));
    return bytes > maxBytes;
  });
  return end < 0 ? writes : writes.slice(0, Math.max(1, end));
}
