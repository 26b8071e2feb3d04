/** What every operation works with. */

import type { Reply } from './reply.ts';
import type { OssRequest } from './request.ts';
import type { ObjectStore } from './store.ts';
import type { UploadStore } from './upload-store.ts';

/** What operations work on. */
export interface OssService {
  readonly store: ObjectStore;
  readonly uploads: UploadStore;
  /** Epoch ms. */
  readonly clock: () => number;
  /** The most that a single request may bring. */
  readonly maxObjectBytes: number;
}

/** One operation of the service, after the signature was checked and the bucket, where one is named, was found. */
export type Operation = (service: OssService, request: OssRequest) => Reply | Promise<Reply>;
