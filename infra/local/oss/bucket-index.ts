/** What one bucket holds, in memory: the current object of each key, and all versions of each key. */
import { KeyIndex } from './key-index.ts';
import { type StoredObject, versionIdOf } from './stored-object.ts';

const orderOf = ({ order = 0 }: StoredObject): number => order;

/** Kept in step with the disk by the store. */
export class BucketIndex {
  /** What is seen without a version id. Keys whose newest version is a delete marker are not in it. */
  readonly current = new KeyIndex<StoredObject>();
  /** Newest first, delete markers among them. */
  readonly versions = new KeyIndex<readonly StoredObject[]>();

  /** For a version that will be the newest of its key. */
  nextOrder(key: string): number {
    const [newest] = this.versions.get(key) ?? [];
    return newest === undefined ? 1 : orderOf(newest) + 1;
  }

  /** The version of that id, a delete marker too. */
  version(key: string, versionId: string): StoredObject | undefined {
    return this.versions.get(key)?.find((one) => versionIdOf(one) === versionId);
  }

  /** Takes an object in, in the place of the version that had its id. */
  put(object: StoredObject): void {
    const others = this.#without(object);
    this.#set(
      object.key,
      [...others, object].sort((a, b) => orderOf(b) - orderOf(a)),
    );
  }

  remove(object: StoredObject): void {
    this.#set(object.key, this.#without(object));
  }

  #without(object: StoredObject): StoredObject[] {
    return (this.versions.get(object.key) ?? []).filter((one) => versionIdOf(one) !== versionIdOf(object));
  }

  #set(key: string, versions: readonly StoredObject[]): void {
    const [newest] = versions;
    if (newest === undefined) this.versions.delete(key);
    else this.versions.set(key, versions);
    if (newest === undefined || newest.deleteMarker) this.current.delete(key);
    else this.current.set(key, newest);
  }
}
