/** What the store keeps on disk about buckets and objects. */

/** Versioning of a bucket that has, or had, it; `undefined` stands for a bucket that never had. */
export type Versioning = 'Enabled' | 'Suspended';

/** A bucket, as its file holds it. */
export interface StoredBucket {
  readonly name: string;
  readonly region: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly versioning?: Versioning;
}

/** An object, a version of one, or a delete marker, as its metadata file holds it. */
export interface StoredObject {
  readonly key: string;
  /** Path of the body below the bucket's folder. A delete marker has a path, too, and no body there. */
  readonly path: string;
  readonly size: number;
  /** In quotes. MD5 in upper-case hexadecimal where `type` is `Normal`, else of another rule. */
  readonly etag: string;
  readonly crc64: string;
  /** Epoch ms. */
  readonly lastModified: number;
  /** Headers to give back on GET and HEAD, lower-case names, one character a byte. */
  readonly headers: Readonly<Record<string, string>>;
  /** How it came to be; `Normal` when absent. */
  readonly type?: 'Multipart' | 'Appendable';
  /** Absent on what was stored while the bucket never had versioning: see `versionIdOf`. */
  readonly versionId?: string;
  /** Versions of a key, ascending; 0 when absent. */
  readonly order?: number;
  readonly deleteMarker?: true;
}

/** Version id as the service tells it: `null` for what was stored without versioning, or while it was suspended. */
export function versionIdOf({ versionId = NULL_VERSION }: StoredObject): string {
  return versionId;
}

/** The id of the one version of a key that has none of its own. */
export const NULL_VERSION = 'null';
