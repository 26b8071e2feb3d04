/** Requests byte by byte as a test wants them, signed here after the service's pages on signatures, not with the stand-in's code. */
import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';
import { BUCKET, KEY_ID, SECRET } from './fixture.ts';

export interface RawRequest {
  readonly method: string;
  /** Of the key in `BUCKET`, as it is written on the wire, for example `a%2Fb`. */
  readonly path?: string;
  /** As it is written on the wire, in any order, for example `uploads` or `uploads=`. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent in chunks, without a length, when it is an array. */
  readonly body?: string | Buffer | readonly string[];
  /** As a client writes it to an HTTP proxy: absolute, the bucket in the host. */
  readonly viaProxy?: boolean;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

type Sign = (request: RawRequest, headers: Record<string, string>) => string;

/** Parameters that version 1 signs, of those that tests use. */
const SIGNED_BY_V1 =
  /^(uploads|uploadId|partNumber|append|position|delete|versioning|versions|versionId|objectMeta|continuation-token)$/;

function parametersOf({ query = '' }: RawRequest): (readonly [name: string, value: string])[] {
  const parts = query === '' ? [] : query.split('&').map((part) => part.split('='));
  return parts.map(([name = '', value = '']) => [name, value] as const).sort(([a], [b]) => (a < b ? -1 : 1));
}

const joined = (parameters: readonly (readonly [string, string])[]): string =>
  parameters.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&');

const signV1: Sign = (request, headers) => {
  headers['date'] ??= new Date().toUTCString();
  const own = Object.keys(headers).filter((name) => name.startsWith('x-oss-'));
  const parameters = joined(parametersOf(request).filter(([name]) => SIGNED_BY_V1.test(name)));
  const resource = `/${BUCKET}/${decodeURIComponent(request.path ?? '')}${parameters === '' ? '' : `?${parameters}`}`;
  const text = [
    ...[request.method, headers['content-md5'] ?? '', headers['content-type'] ?? '', headers['date']],
    ...own.sort().map((name) => `${name}:${headers[name]}`),
    resource,
  ].join('\n');
  return `OSS ${KEY_ID}:${createHmac('sha1', SECRET).update(text).digest('base64')}`;
};

/** `dateHeader`: `x-oss-date`, or `date` as one Go client has it, whose text is signed as it is. */
const signV4 =
  (dateHeader: 'x-oss-date' | 'date', comma: string): Sign =>
  (request, headers) => {
    const now = new Date();
    const compact = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
    headers[dateHeader] ??= dateHeader === 'date' ? now.toUTCString() : compact;
    headers['x-oss-content-sha256'] = 'UNSIGNED-PAYLOAD';
    const signed = Object.keys(headers).filter((name) => /^(x-oss-.*|content-type|content-md5)$/.test(name));
    const canonical = [
      request.method,
      `/${BUCKET}/${(request.path ?? '').replaceAll('%2F', '/')}`,
      joined(parametersOf(request)),
      ...signed.sort().map((name) => `${name}:${headers[name]}`),
      '',
      '',
      'UNSIGNED-PAYLOAD',
    ].join('\n');
    const scope = [compact.slice(0, 8), 'cn-hangzhou', 'oss', 'aliyun_v4_request'];
    const hash = createHash('sha256').update(canonical).digest('hex');
    const text = ['OSS4-HMAC-SHA256', headers[dateHeader], scope.join('/'), hash].join('\n');
    const key = scope.reduce<string | Buffer>(
      (last, part) => createHmac('sha256', last).update(part).digest(),
      `aliyun_v4${SECRET}`,
    );
    const signature = createHmac('sha256', key).update(text).digest('hex');
    return `OSS4-HMAC-SHA256 Credential=${KEY_ID}/${scope.join('/')},${comma}Signature=${signature}`;
  };

/** The ways in which foreign clients sign a header. */
export const SIGNERS: readonly (readonly [name: string, sign: Sign])[] = [
  ['V1', signV1],
  ['V4', signV4('x-oss-date', '')],
  ['V4 with the Date header, as Go v1', signV4('date', '')],
  ['V4 with a blank after the comma, as oss2', signV4('x-oss-date', ' ')],
];

/** Sends one request. */
export function sendRaw(port: number, sign: Sign, raw: RawRequest): Promise<RawAnswer> {
  const headers: Record<string, string> = { ...raw.headers };
  const authorization = sign(raw, headers);
  const host = `${BUCKET}.oss-cn-hangzhou.aliyuncs.com`;
  const tail = `${raw.path ?? ''}${raw.query === undefined ? '' : `?${raw.query}`}`;
  const { body = '' } = raw;
  const chunks = typeof body === 'string' || Buffer.isBuffer(body) ? undefined : body;
  const length = chunks
    ? { 'transfer-encoding': 'chunked' }
    : { 'content-length': String(Buffer.byteLength(body as string)) };
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        ...{ host: '127.0.0.1', port, method: raw.method },
        path: raw.viaProxy ? `http://${host}/${tail}` : `/${BUCKET}/${tail}`,
        headers: { ...headers, ...length, authorization, ...(raw.viaProxy ? { host } : {}) },
      },
      (response) => {
        const received: Buffer[] = [];
        response.on('data', (chunk: Buffer) => received.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(received).toString('utf8'),
          }),
        );
      },
    );
    request.on('error', reject);
    for (const chunk of chunks ?? []) request.write(chunk);
    request.end(chunks ? undefined : body);
  });
}
