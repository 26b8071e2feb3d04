/** An object store in memory, with the rules that matter to a writer, and failures to order. */
import type { ObjectHead, ObjectStore, ObjectToPut } from '../../../../functions/oss-sink/object-store.ts';
import { Crc64 } from '../../../../shared/crc64.ts';

export class MemoryStore implements ObjectStore {
  readonly objects = new Map<string, ObjectToPut>();
  /** Calls in order: `put orders/0/...`. */
  readonly calls: string[] = [];
  /** Thrown by the next puts, one each; `lost` are thrown after the object was written. */
  readonly failures: { readonly error: Error; readonly lost?: boolean }[] = [];
  versioned = false;
  /** Whether `head` tells a checksum. */
  checksums = true;
  /** Objects with a longer body are refused with this error. */
  limit: { readonly bytes: number; readonly error: Error } | undefined;

  async put(object: ObjectToPut): Promise<'created' | 'exists'> {
    this.calls.push(`put ${object.name}`);
    const failure = this.failures.shift();
    if (failure !== undefined && failure.lost !== true) throw failure.error;
    if (this.limit !== undefined && object.body.length > this.limit.bytes) throw this.limit.error;
    const exists = this.objects.has(object.name);
    if (!exists || this.versioned) this.objects.set(object.name, object);
    if (failure !== undefined) throw failure.error;
    return exists && !this.versioned ? 'exists' : 'created';
  }

  async head(name: string): Promise<ObjectHead | undefined> {
    this.calls.push(`head ${name}`);
    const object = this.objects.get(name);
    if (object === undefined) return undefined;
    const crc64 = this.checksums ? new Crc64().update(object.body).digest() : undefined;
    return { size: object.body.length, crc64, metadata: object.metadata };
  }

  async get(name: string): Promise<Buffer> {
    this.calls.push(`get ${name}`);
    return this.objects.get(name)?.body ?? Buffer.alloc(0);
  }

  async honoursForbidOverwrite(): Promise<boolean> {
    return !this.versioned;
  }

  async presignedUrl(name: string, expiresSeconds: number): Promise<string> {
    return `https://example-bucket.oss-cn-hangzhou.aliyuncs.com/${name}?x-oss-expires=${expiresSeconds}`;
  }

  async close(): Promise<void> {
    this.calls.push('close');
  }
}
