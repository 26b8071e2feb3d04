/** What every operation works with. */

import type { Reply } from './reply.ts';
import type { OssRequest } from './request.ts';
import type { ObjectStore } from './store.ts';

/** What operations work on. */
export interface OssService {
  readonly store: ObjectStore;
  /** Epoch ms. */
  readonly clock: () => number;
  /** The largest object a single PUT may bring. */
  readonly maxObjectBytes: number;
}

/** One operation of the service, after the signature was checked and the bucket, where one is named, was found. */
export type Operation = (service: OssService, request: OssRequest) => Reply | Promise<Reply>;
