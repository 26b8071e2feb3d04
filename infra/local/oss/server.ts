/** A stand-in for Alibaba Cloud OSS on this machine: the service's HTTP interface, as strict as the service, with objects
 *  in a folder and faults to order.
 *
 *  Where it differs: path style is accepted; one account, no bucket policies; everything is private, ACLs can be read and not set.
 *  Answered with 501: tags, symbolic links, callbacks, image processing and select, restore, and all settings of buckets but
 *  versioning. Form uploads (PostObject) are refused as unsigned. Headers that ask for encryption, an ACL or tags are ignored.
 *  An object that grew by appending may pass 5 GiB. Nothing expires. */
import { setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { type Logger, silentLogger } from '../../../shared/logger.ts';
import { answerAdmin, isAdminRequest } from './admin.ts';
import { isBucketName } from './bucket-operations.ts';
import type { OssCredential } from './credentials.ts';
import { type FaultOrder, Faults } from './faults.ts';
import { handleRequest } from './handle-request.ts';
import { type OssStats, Stats } from './stats.ts';
import { ObjectStore } from './store.ts';
import type { Versioning } from './stored-object.ts';
import { UploadStore } from './upload-store.ts';

export type { OssCredential } from './credentials.ts';
export type { FaultOrder } from './faults.ts';
export type { OssStats } from './stats.ts';

/** A bucket to make. */
export interface BucketOrder {
  readonly name: string;
  /** Region it lies in, for example `cn-beijing`; the server's own when absent. */
  readonly region?: string;
  /** Set on the bucket, also where it exists. */
  readonly versioning?: Versioning;
}

/** How to start a stand-in. */
export interface OssServerOptions {
  /** Folder for buckets, made when missing. What lies there from before is served again. */
  readonly dir: string;
  /** A free one when absent. */
  readonly port?: number;
  readonly credentials: readonly OssCredential[];
  /** Buckets to make when missing. */
  readonly buckets?: readonly (string | BucketOrder)[];
  /** Region of this endpoint; `cn-hangzhou` by default. */
  readonly region?: string;
  /** Epoch ms; the machine's clock by default. */
  readonly clock?: () => number;
  /** The most that one request may bring, in bytes; the service's 5 GiB by default. */
  readonly maxObjectBytes?: number;
  readonly logger?: Logger;
}

/** A running stand-in. */
export interface OssServer {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly port: number;
  readonly region: string;
  /** Makes a bucket where it is missing.
   *  @throws Error when the service would not take the name */
  createBucket(bucket: string | BucketOrder): void;
  /** Orders a fault for the next matching requests; orders add up.
   *  @throws Error when the order is not a fault */
  setFault(fault: FaultOrder): void;
  clearFaults(): void;
  stats(): OssStats;
  /** Ends all connections, hanging ones too, and stops listening. */
  close(): Promise<void>;
}

/** The service's limit for a single PUT. */
const MAX_PUT_BYTES = 5 * 1024 ** 3;
const IDLE_CONNECTION_MS = 60_000;

/** Starts the stand-in on 127.0.0.1. Resolves when it listens.
 *  @throws Error when the port is taken, the folder cannot be written, or a bucket's name is not valid */
export async function startOss(options: OssServerOptions): Promise<OssServer> {
  const { credentials, region = 'cn-hangzhou', clock = Date.now, logger = silentLogger } = options;
  const store = new ObjectStore(resolve(options.dir));
  const uploads = new UploadStore(resolve(options.dir));
  const faults = new Faults();
  const stats = new Stats();
  const closing = new AbortController();
  // Every delayed or hanging request listens to it.
  setMaxListeners(0, closing.signal);
  const createBucket = (order: string | BucketOrder): void => {
    const bucket = typeof order === 'string' ? { name: order } : order;
    if (!isBucketName(bucket.name)) {
      throw new Error(
        `bucket name ${JSON.stringify(bucket.name)}: expected 3 to 63 of a-z, 0-9 and -, not - at an end`,
      );
    }
    store.createBucket({ name: bucket.name, region: bucket.region ?? region, createdAt: clock() });
    if (bucket.versioning !== undefined) store.setVersioning(bucket.name, bucket.versioning);
  };
  for (const bucket of options.buckets ?? []) createBucket(bucket);

  const service = { store, uploads, clock, maxObjectBytes: options.maxObjectBytes ?? MAX_PUT_BYTES };
  const handling = { service, region, credentials, faults, stats, logger, closing: closing.signal };
  // A large object may take longer than node's default of five minutes.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: IDLE_CONNECTION_MS }, (message, response) => {
    if (isAdminRequest(message)) void answerAdmin(message, response, faults, stats);
    else void handleRequest(message, response, handling);
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(options.port ?? 0, '127.0.0.1', done);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in listens on no TCP port');
  logger.info({ port: address.port, dir: options.dir, region }, 'OSS stand-in listens');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    port: address.port,
    region,
    createBucket,
    setFault: (fault) => {
      faults.add(fault);
    },
    clearFaults: () => faults.clear(),
    stats: () => stats.snapshot(),
    close: () =>
      new Promise<void>((done) => {
        closing.abort();
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
