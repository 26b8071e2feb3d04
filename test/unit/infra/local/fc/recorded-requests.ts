/** Requests as four clients of the service sent them, recorded from the wire: npm's fc2 and fc20230330, PyPI's aliyun-fc2 and
 *  alibabacloud-fc20230330. Their signatures were checked then and are not in the record. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FcRequest, ReadBody } from '../../../../../infra/local/fc/request.ts';

export interface RecordedRequest {
  /** `POST /2023-03-30/functions/fn/invocations?qualifier=LATEST`, and which client sent it. */
  readonly name: string;
  readonly request: FcRequest;
  readonly body: ReadBody;
  /** Names of the headers that its ACS3 signature covered; undefined where it had the first signature. */
  readonly signedHeaders: readonly string[] | undefined;
  /** When it was sent, epoch ms. */
  readonly sentAt: number;
}

const FILE = join(import.meta.dirname, '../../../../fixtures/fc/recorded-requests.txt');

/** A body as the server reads it. */
export function readBodyOf(bytes: Buffer): ReadBody {
  const hex = (algorithm: string) => createHash(algorithm).update(bytes).digest('hex');
  return { bytes, sha256: hex('sha256'), md5: hex('md5') };
}

/** `b'[{"a":"\xc3\xa9"}]'` of Python. */
function pythonBytes(text: string): Buffer {
  const inner = /^\d+ bytes b'(.*)'$/.exec(text)?.[1] ?? '';
  return Buffer.from(
    inner.replace(/\\x([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    'latin1',
  );
}

function parse(entry: string): RecordedRequest {
  const [line = '', ...details] = entry.split('\n');
  const detail = (name: string) => details.find((each) => each.startsWith(`   ${name} `))?.slice(name.length + 4) ?? '';
  const [method = '', target = ''] = line.split(' ');
  const [path = '', search = ''] = target.split('?');
  const headers = new Map(
    detail('headers')
      .split(' | ')
      .map((header): [string, string] => {
        const colon = header.indexOf(': ');
        return [header.slice(0, colon), header.slice(colon + 2)];
      }),
  );
  const query = [...new URLSearchParams(search)];
  const signed = /signed=(\S+)/.exec(detail('sig'))?.[1];
  const client = /Node\.js|Python|python/.exec(headers.get('user-agent') ?? '')?.[0] ?? '?';
  return {
    name: `${line}, ${client}`,
    request: { method, rawPath: path, path, query, headers },
    body: readBodyOf(pythonBytes(detail('body'))),
    signedHeaders: signed?.split(';'),
    sentAt: Date.parse(headers.get('x-acs-date') ?? headers.get('date') ?? ''),
  };
}

/** All of them, in the order in which they were sent. */
export const RECORDED_REQUESTS: readonly RecordedRequest[] = readFileSync(FILE, 'utf8')
  .trim()
  .split(/\n(?=\S)/)
  .map(parse);
