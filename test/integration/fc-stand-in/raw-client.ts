/** Requests byte by byte as a test wants them, signed here after the service's rules, not with the stand-in's code. */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import http from 'node:http';
import type { FcServer } from '../../../infra/local/fc/server.ts';
import { FC_KEYS } from '../../helpers/fc.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface RawRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  readonly keys?: { readonly accessKeyId: string; readonly accessKeySecret: string; readonly securityToken?: string };
  /** Done to the headers after they were signed. */
  readonly tamper?: (headers: Record<string, string>) => void;
  /** Sent instead of the body that was signed. */
  readonly sentBody?: string;
}

/** By the end of the path. */
const ACTIONS: Readonly<Record<string, string>> = {
  invocations: 'InvokeFunction',
  'async-invoke-config': 'GetAsyncInvokeConfig',
};

const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest('hex');

/** Headers of a request by ACS3, signed. */
function acs3(server: FcServer, method: string, target: string, raw: RawRequest): Record<string, string> {
  const { keys = FC_KEYS, body = '' } = raw;
  const [path = '', query = ''] = target.split('?');
  const all: Record<string, string> = {
    host: `127.0.0.1:${server.port}`,
    'x-acs-action': ACTIONS[path.split('/').at(-1) ?? ''] ?? 'GetFunction',
    'x-acs-content-sha256': sha256(body),
    'x-acs-date': new Date().toISOString().replace(/\.\d+/, ''),
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-version': '2023-03-30',
    ...(keys.securityToken === undefined ? {} : { 'x-acs-security-token': keys.securityToken }),
    ...raw.headers,
  };
  const names = Object.keys(all).sort();
  const canonical = [
    ...[method, path, query.split('&').sort().join('&')],
    ...names.map((name) => `${name}:${all[name]?.trim()}`),
    '',
    names.join(';'),
    all['x-acs-content-sha256'],
  ].join('\n');
  const signature = createHmac('sha256', keys.accessKeySecret)
    .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
    .digest('hex');
  all['authorization'] =
    `ACS3-HMAC-SHA256 Credential=${keys.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return all;
}

/** Headers of a request by the first signature, signed. */
function fc1(server: FcServer, method: string, path: string, raw: RawRequest): Record<string, string> {
  const { keys = FC_KEYS } = raw;
  const all: Record<string, string> = {
    host: `127.0.0.1:${server.port}`,
    date: new Date().toUTCString(),
    ...(keys.securityToken === undefined ? {} : { 'x-fc-security-token': keys.securityToken }),
    ...raw.headers,
  };
  const own = Object.keys(all)
    .filter((name) => name.startsWith('x-fc-'))
    .sort()
    .map((name) => `${name}:${all[name]}\n`);
  const text = `${method}\n${all['content-md5'] ?? ''}\n${all['content-type'] ?? ''}\n${all['date']}\n${own.join('')}${path}`;
  const signature = createHmac('sha256', keys.accessKeySecret).update(text).digest('base64');
  all['authorization'] = `FC ${keys.accessKeyId}:${signature}`;
  return all;
}

/** Sends one signed request; paths of 2.0 are signed by its own signature. Rejects when the connection is lost. */
export function sendRaw(server: FcServer, method: string, target: string, raw: RawRequest = {}): Promise<RawAnswer> {
  const sign = target.startsWith('/2023') ? acs3 : fc1;
  const headers = sign(server, method, target, raw);
  raw.tamper?.(headers);
  const body = Buffer.from(raw.sentBody ?? raw.body ?? '');
  return new Promise((resolve, reject) => {
    const length = { 'content-length': String(body.length) };
    const { port } = server;
    const request = http.request(
      { host: '127.0.0.1', port, method, path: target, headers: { ...headers, ...length }, agent: false },
      (response) => {
        const received: Buffer[] = [];
        response.on('data', (chunk: Buffer) => received.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode = 0, headers: answered } = response;
          resolve({ status: statusCode, headers: answered, body: Buffer.concat(received).toString('utf8') });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Calls a function by the 3.0 interface. */
export function invoke(server: FcServer, name: string, raw: RawRequest = {}, qualifier = 'LATEST'): Promise<RawAnswer> {
  return sendRaw(server, 'POST', `/2023-03-30/functions/${name}/invocations?qualifier=${qualifier}`, raw);
}

/** The same, asynchronously. */
export function invokeAsync(server: FcServer, name: string, body: string, taskId?: string): Promise<RawAnswer> {
  const id = taskId === undefined ? {} : { 'x-fc-async-task-id': taskId };
  return invoke(server, name, { body, headers: { 'x-fc-invocation-type': 'Async', ...id } });
}

/** An answer's JSON. */
export const jsonOf = ({ body }: RawAnswer): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>;
