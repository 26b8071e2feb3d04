/** Claim checks in OSS: one object a value, named after its record, read through a signed URL. */
import { basename } from 'node:path';
import type { ClaimCheckStore } from '../../shared/claim-check.ts';
import { FatalError, RetriableError } from '../../shared/errors.ts';
import type { TopicPartition } from '../../shared/records.ts';
import { VALUE_DIGEST, valueDigest } from '../../shared/value-digest.ts';
import { toMetadata } from './object-mark.ts';
import { objectNameProblem } from './object-name.ts';
import type { ObjectStore } from './object-store.ts';

export interface OssClaimCheckOptions {
  /** Name of the bucket's object store; closed with this. */
  readonly store: ObjectStore;
  /** Taken as it is: `overflow/` for a folder. */
  readonly prefix: string;
  /** How long a reference can be used. At most 7 days: OSS signs for no longer. */
  readonly expiryMs: number;
}

const MAX_EXPIRY_SECONDS = 7 * 24 * 3_600;
const OFFSET_DIGITS = 20;

export class OssClaimCheckStore implements ClaimCheckStore {
  readonly #options: OssClaimCheckOptions;

  constructor(options: OssClaimCheckOptions) {
    this.#options = options;
  }

  async store(source: TopicPartition, offset: number, value: Buffer, signal: AbortSignal): Promise<string> {
    const { store, prefix, expiryMs } = this.#options;
    const context = { topic: source.topic, partition: source.partition, offset };
    const name = `${prefix}${source.topic}/${source.partition}/${String(offset).padStart(OFFSET_DIGITS, '0')}.value`;
    const problem = objectNameProblem(name);
    if (problem !== undefined) {
      throw new FatalError(
        'OSS_BAD_OBJECT_NAME',
        `the name of a claim check ${problem}; correct overflow.claim.check.prefix`,
        { context },
      );
    }
    const digest = valueDigest(value);
    const mark = toMetadata({ firstOffset: offset, lastOffset: offset, count: 1, bytes: value.length });
    const metadata = { ...mark, [VALUE_DIGEST]: digest };
    const request = { signal, context };
    const object = { name, body: value, contentType: 'application/octet-stream', metadata };
    const forbids = await store.honoursForbidOverwrite(request);
    let existing = forbids ? undefined : await store.head(name, request);
    if (existing === undefined && (await store.put(object, request)) === 'exists') {
      existing = await store.head(name, request);
      if (existing === undefined) {
        throw new RetriableError(
          'OSS_OBJECT_GONE',
          `claim check ${basename(name)} was there and is not any more; trying again`,
          { context },
        );
      }
    }
    if (existing !== undefined && existing.metadata[VALUE_DIGEST] !== digest) {
      throw new FatalError(
        'OSS_OBJECT_DIFFERS',
        `a claim check named ${name} is already there with another content; choose another overflow.claim.check.prefix, or move it away`,
        { context, scope: 'partition' },
      );
    }
    return store.presignedUrl(name, Math.min(MAX_EXPIRY_SECONDS, Math.floor(expiryMs / 1_000)));
  }

  close(): Promise<void> {
    return this.#options.store.close();
  }
}
