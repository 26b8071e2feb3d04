/** Requests byte by byte as a test wants them, signed here after the SDKs' rules, not with the stand-in's code. */
import { createHmac } from 'node:crypto';
import http from 'node:http';
import { parseColumnType } from '../../../infra/local/maxcompute/column-type.ts';
import { RecordWriter } from '../../../infra/local/maxcompute/record-writer.ts';
import type { MaxComputeServer, RowCells } from '../../../infra/local/maxcompute/server.ts';
import { MAXCOMPUTE_KEYS } from '../../helpers/maxcompute.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface RawRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  readonly keys?: { readonly accessId: string; readonly accessKey: string };
  /** After this many bytes of the body the connection is closed. */
  readonly cutAfter?: number;
}

/** Names and values as they are; the client encodes and signs them. `undefined` is a bare name. */
export type RawQuery = Readonly<Record<string, string | number | undefined>>;

function signed(method: string, path: string, query: RawQuery, { headers = {}, keys = MAXCOMPUTE_KEYS }: RawRequest) {
  const all: Record<string, string> = { date: new Date().toUTCString(), 'x-odps-tunnel-version': '6', ...headers };
  const parameters = Object.keys(query).sort();
  const resource = parameters.map((name) => (query[name] === undefined ? name : `${name}=${query[name]}`)).join('&');
  const own = Object.keys(all).filter((name) => name.startsWith('x-odps-'));
  const text = [
    ...[method, all['content-md5'] ?? '', all['content-type'] ?? '', all['date']],
    ...own.sort().map((name) => `${name}:${all[name]}`),
    resource === '' ? path : `${path}?${resource}`,
  ].join('\n');
  const signature = createHmac('sha1', keys.accessKey).update(text).digest('base64');
  return { ...all, authorization: `ODPS ${keys.accessId}:${signature}` };
}

/** Sends one request to the tunnel, or with `/api` in front of the path to the service. Rejects when the connection is lost. */
export function sendRaw(
  server: MaxComputeServer,
  method: string,
  path: string,
  query: RawQuery = {},
  raw: RawRequest = {},
): Promise<RawAnswer> {
  const headers = signed(method, path.replace(/^\/api/, ''), query, raw);
  const search = Object.entries(query).map(([name, value]) =>
    value === undefined ? name : `${name}=${encodeURIComponent(value)}`,
  );
  const body = Buffer.from(raw.body ?? '');
  return new Promise((resolve, reject) => {
    const length = { 'content-length': String(body.length) };
    const target = `${encodeURI(path)}?${search.join('&')}`;
    const request = http.request(
      { host: '127.0.0.1', port: server.port, method, path: target, headers: { ...headers, ...length }, agent: false },
      (response) => {
        const received: Buffer[] = [];
        response.on('data', (chunk: Buffer) => received.push(chunk));
        response.on('end', () => {
          const { statusCode = 0, headers: answered } = response;
          resolve({ status: statusCode, headers: answered, body: Buffer.concat(received).toString('utf8') });
        });
      },
    );
    request.on('error', reject);
    if (raw.cutAfter === undefined) request.end(body);
    else request.write(body.subarray(0, raw.cutAfter), () => request.destroy());
  });
}

/** An answer's JSON. */
export const jsonOf = ({ body }: RawAnswer): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>;

/** A stream of rows; columns as `name type`. */
export function streamOf(columns: readonly string[], rows: readonly RowCells[]): Buffer {
  const writer = new RecordWriter(
    columns.map((column) => {
      const [name = '', type = ''] = column.split(' ');
      return { name, type: parseColumnType(type), nullable: true, comment: '' };
    }),
  );
  for (const row of rows) writer.add(row);
  return writer.finish();
}
