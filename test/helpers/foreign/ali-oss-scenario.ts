/** The scenario by npm's `ali-oss`, in this process. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import OSS from 'ali-oss';
import { toError } from '../../../shared/errors.ts';
import {
  awkwardKey,
  LIST_NAMES,
  md5,
  PART_BYTES,
  type StepResult,
  type StepResults,
  TEXT_TYPE,
  type Variant,
} from './oss-scenario.ts';
import type { OssTarget } from './program.ts';

/** As the installed package says. */
export const ALI_OSS_VERSION = String(
  (createRequire(import.meta.url)('ali-oss/package.json') as { version: unknown }).version,
);

/** What the package's types leave out or get wrong. */
type AliOss = Omit<OSS, 'append' | 'uploadPart'> & {
  putBucketVersioning(bucket: string, status: 'Enabled'): Promise<unknown>;
  getBucketVersions(query: { prefix: string }): Promise<{ objects?: unknown[]; deleteMarker?: unknown[] }>;
  getObjectMeta(name: string): Promise<{ res: { headers: Record<string, string> } }>;
  append(name: string, file: Buffer, options?: { position: number }): Promise<{ nextAppendPosition: string }>;
  uploadPart(
    name: string,
    upload: string,
    part: number,
    file: Buffer,
    start: number,
    end: number,
  ): Promise<OSS.UploadPartResult>;
};

type Headers = Readonly<Record<string, string>>;

/** A client for one variant. At an IP `ali-oss` names the bucket in the host only, at `localhost` with `sldEnable` in the path only. */
export function aliOss(target: OssTarget, variant: Variant, options: Partial<OSS.Options> = {}): AliOss {
  const isPath = variant.endsWith('path');
  return new OSS({
    endpoint: isPath ? target.endpoint.replace('127.0.0.1', 'localhost') : target.endpoint,
    sldEnable: isPath,
    region: `oss-${target.region}`,
    bucket: target.bucket,
    accessKeyId: target.accessKeyId,
    accessKeySecret: target.accessKeySecret,
    authorizationV4: variant.startsWith('v4'),
    ...options,
  } as OSS.Options) as unknown as AliOss;
}

const unquoted = (etag: unknown) => String(etag).replaceAll('"', '');

/** Runs every step; what a step throws is its result. */
export async function aliOssScenario(target: OssTarget, variant: Variant, prefix: string): Promise<StepResults> {
  const client = aliOss(target, variant);
  const key = awkwardKey(prefix);
  const relative = (names: readonly string[]) => names.map((name) => name.slice(`${prefix}list/`.length));
  const text = async (name: string, from = client) => ({ body: String((await from.get(name)).content) });
  const write = async (body: string) => {
    const meta = { note: 'a b' } as unknown as OSS.UserMeta;
    const { res } = await client.put(key, Buffer.from(body), { mime: TEXT_TYPE, meta });
    return { etag: unquoted((res.headers as Headers)['etag']) };
  };
  const head = async (name: string) => {
    const { res, meta } = await client.head(name);
    const headers = res.headers as Headers;
    return {
      length: Number(headers['content-length']),
      contentType: headers['content-type'],
      note: (meta as Record<string, string> | null)?.['note'],
      type: headers['x-oss-object-type'],
    };
  };

  interface Page {
    readonly keys: string[];
    readonly prefixes: string[];
  }
  const pageOf = (found: { objects?: { name: string }[]; prefixes?: string[] | null }): Page => ({
    keys: (found.objects ?? []).map(({ name }) => name),
    prefixes: found.prefixes ?? [],
  });
  const listV1 = async (query: object): Promise<Page[]> => {
    const pages: Page[] = [];
    let marker: string | undefined;
    do {
      const found = await client.list(
        { prefix: `${prefix}list/`, ...query, ...(marker ? { marker } : {}) } as never,
        {},
      );
      pages.push(pageOf(found));
      marker = found.nextMarker;
    } while (marker);
    return pages;
  };
  const listV2 = async (query: object): Promise<Page[]> => {
    const pages: Page[] = [];
    let token: string | undefined;
    do {
      const more = token ? { 'continuation-token': token } : {};
      const found = await client.listV2({ prefix: `${prefix}list/`, ...query, ...more } as never, {});
      pages.push(pageOf(found));
      token = (found as { nextContinuationToken?: string }).nextContinuationToken;
    } while (token);
    return pages;
  };
  const listed = (pages: Page[]) => ({ pages: pages.map(({ keys }) => relative(keys)) });
  const folders = (pages: Page[]) => ({
    keys: relative(pages.flatMap(({ keys }) => keys)),
    prefixes: relative(pages.flatMap(({ prefixes }) => prefixes)),
  });
  const append = async (position: number, body: string) =>
    Number((await client.append(`${prefix}appended`, Buffer.from(body), { position })).nextAppendPosition);
  const uploads = async () => {
    const { uploads: found = [] } = await client.listUploads({ prefix, 'max-uploads': 100 } as never);
    return found.map((upload) => String((upload as { name: string }).name).slice(prefix.length));
  };
  const temporary = (stsToken: string) => {
    const credentials = { ...target.temporary, stsToken };
    // Without a way to renew the token the client prints advice at every start.
    const refreshSTSToken = async () => credentials;
    return aliOss(target, variant, { ...credentials, refreshSTSToken, refreshSTSTokenInterval: 3_600_000 });
  };

  const steps: Record<string, () => Promise<StepResult>> = {
    put: () => write('hello 世界\n'),
    overwrite: () => write('0123456789'),
    'forbid-overwrite': async () => {
      const headers = { 'x-oss-forbid-overwrite': 'true' };
      return { etag: (await client.put(key, Buffer.from('never'), { headers })).name };
    },
    get: async () => {
      const { content, res } = await client.get(key);
      const headers = res.headers as Headers;
      return { body: String(content), contentType: headers['content-type'], note: headers['x-oss-meta-note'] };
    },
    range: async () => ({ body: String((await client.get(key, { headers: { Range: 'bytes=2-4' } })).content) }),
    head: () => head(key),
    'head-missing': () => head(`${prefix}missing`),
    meta: async () => {
      const { headers } = (await client.getObjectMeta(key)).res;
      return { length: Number(headers['content-length']), etag: unquoted(headers['etag']) };
    },
    copy: async () => {
      await client.copy(`${prefix}copy`, key);
      return text(`${prefix}copy`);
    },
    chunked: async () => {
      await client.putStream(`${prefix}chunked`, Readable.from([Buffer.from('ab'), Buffer.from('cd')]));
      return text(`${prefix}chunked`);
    },
    'list-v1': async () => {
      for (const name of LIST_NAMES) await client.put(`${prefix}list/${name}`, Buffer.from(name));
      return listed(await listV1({ 'max-keys': '2' }));
    },
    'list-v1-folders': async () => folders(await listV1({ delimiter: '/', 'max-keys': '1000' })),
    'list-v2': async () => listed(await listV2({ 'max-keys': '2' })),
    'list-v2-folders': async () => folders(await listV2({ delimiter: '/', 'max-keys': '1000' })),
    delete: async () => {
      await client.delete(`${prefix}list/b`);
      return text(`${prefix}list/b`);
    },
    'delete-many': async () => {
      const names = ['a/1', 'a/2', '数据 +&<', 'never there'].map((name) => `${prefix}list/${name}`);
      const { deleted = [] } = await client.deleteMulti(names);
      const keys = deleted.map((one) => (one as unknown as { Key: string }).Key);
      const left = (await listV2({ 'max-keys': '1000' })).flatMap((page) => page.keys);
      return { deleted: relative(keys).sort(), left: relative(left) };
    },
    append: async () => {
      const next = [await append(0, 'abc'), await append(3, 'def')];
      return { next, ...(await text(`${prefix}appended`)), type: (await head(`${prefix}appended`)).type };
    },
    'append-conflict': async () => ({ next: await append(1, 'x') }),
    multipart: async () => {
      const name = `${prefix}parts`;
      const { uploadId } = await client.initMultipartUpload(name);
      const parts: { number: number; etag: string }[] = [];
      for (const body of ['a'.repeat(PART_BYTES), 'b'.repeat(PART_BYTES), 'end']) {
        const number = parts.length + 1;
        const { etag } = await client.uploadPart(name, uploadId, number, Buffer.from(body), 0, body.length);
        parts.push({ number, etag });
      }
      const listedParts = await client.listParts(name, uploadId, {} as never);
      const seen = listedParts.parts as unknown as { PartNumber: string }[];
      const found = await uploads();
      await client.completeMultipartUpload(name, uploadId, parts);
      const content = (await client.get(name)).content as Buffer;
      const numbers = seen.map(({ PartNumber }) => Number(PartNumber));
      return { parts: numbers, uploads: found, length: content.length, md5: md5(content) };
    },
    'multipart-abort': async () => {
      const name = `${prefix}aborted`;
      const { uploadId } = await client.initMultipartUpload(name);
      await client.uploadPart(name, uploadId, 1, Buffer.from('x'), 0, 1);
      await client.abortMultipartUpload(name, uploadId);
      return { uploads: await uploads() };
    },
    presigned: async () => {
      // It refuses to presign for an IP: for a virtual host it signs the service's own name, and the stand-in is the proxy.
      const endpoint = `http://oss-${target.region}.aliyuncs.com`;
      const signer = variant.endsWith('path') ? client : aliOss(target, variant, { endpoint });
      const url = variant.startsWith('v4')
        ? await signer.signatureUrlV4('GET', 600, undefined, key)
        : signer.signatureUrl(key, { expires: 600 });
      return getThroughProxy(url, target.endpoint);
    },
    'wrong-secret': () => text(key, aliOss(target, variant, { accessKeySecret: 'not the secret' })),
    'unknown-key': () => text(key, aliOss(target, variant, { accessKeyId: 'nobody' })),
    'missing-bucket': () => text(key, aliOss(target, variant, { bucket: 'no-such-bucket' })),
    sts: async () => {
      const other = temporary(target.temporary.securityToken);
      await other.put(`${prefix}sts`, Buffer.from('by a token'));
      return text(`${prefix}sts`, other);
    },
    'sts-wrong-token': () => text(key, temporary('not the token')),
    versioned: async () => {
      const versioned = aliOss(target, variant, { bucket: target.versionedBucket });
      await versioned.putBucketVersioning(target.versionedBucket, 'Enabled');
      await versioned.put(`${prefix}versioned`, Buffer.from('first'));
      const forbid = { headers: { 'x-oss-forbid-overwrite': 'true' } };
      await versioned.put(`${prefix}versioned`, Buffer.from('second'), forbid);
      await versioned.delete(`${prefix}versioned`);
      const found = await versioned.getBucketVersions({ prefix });
      return { versions: found.objects?.length ?? 0, markers: found.deleteMarker?.length ?? 0 };
    },
    'clock-skew': async () => {
      const skewed = aliOss({ ...target, endpoint: target.skewedEndpoint }, variant);
      await skewed.put(`${prefix}skewed`, Buffer.from('in time'));
      return text(`${prefix}skewed`, skewed);
    },
  };

  const results: [string, StepResult][] = [];
  for (const [step, run] of Object.entries(steps)) results.push([step, await run().catch(failure)]);
  return results;
}

/** GETs an address as a proxy is asked: with all of it in the request line. */
async function getThroughProxy(url: string, proxy: string): Promise<StepResult> {
  const { hostname, port } = new URL(proxy);
  const asked = request({ host: hostname, port, path: url, headers: { host: new URL(url).host } }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, body: (await buffer(answer)).toString() };
}

function failure(thrown: unknown): StepResult {
  const { status, code } = thrown as { status?: number; code?: string };
  return typeof status === 'number' && status > 0 ? { status, code } : { error: String(toError(thrown)) };
}
