/** A request's body on its way into a session: unpacked, read, and written down as JSON lines. */
import { writeFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import { invalidArgument, malformedStream } from './errors.ts';
import { readRecords, type StreamRules } from './record-reader.ts';
import type { MaxComputeRequest } from './request.ts';
import type { Column } from './table-column.ts';

interface Codec {
  readonly pack: (bytes: Buffer) => Promise<Buffer>;
  readonly unpack: (bytes: Buffer) => Promise<Buffer>;
}

/** With `info` the answer says how much was read. */
type InflateWithInfo = (
  bytes: Buffer,
  options: { readonly info: true },
) => Promise<{ readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } }>;
const inflateWithInfo = promisify(inflate) as unknown as InflateWithInfo;

/** `inflate` alone says nothing of bytes behind the end. */
async function inflateAll(bytes: Buffer): Promise<Buffer> {
  const { buffer: unpacked, engine } = await inflateWithInfo(bytes, { info: true });
  const rest = bytes.length - engine.bytesWritten;
  if (rest > 0) throw new Error(`${rest} bytes stand behind its end`);
  return unpacked;
}

/** By the token of `Content-Encoding`. The service has `x-snappy-framed` and `x-lz4-frame`, too. */
const CODECS: Readonly<Record<string, Codec>> = {
  deflate: { pack: promisify(deflate) as Codec['pack'], unpack: inflateAll },
  // An optional package: loaded where it is asked for.
  zstd: {
    pack: async (bytes) => (await import('@mongodb-js/zstd')).compress(bytes),
    unpack: async (bytes) => (await import('@mongodb-js/zstd')).decompress(bytes),
  },
};

/** The body without its compression.
 *  @throws MaxComputeError `InvalidArgument` for an unknown token, `MalformedDataStream` for what cannot be unpacked */
export async function takeStream(request: MaxComputeRequest): Promise<Buffer> {
  const token = request.headers.get('content-encoding');
  const codec = token === undefined ? undefined : CODECS[token];
  // Read to its end before anything is refused: a client that is still sending would not hear it.
  const body = await buffer(request.body);
  if (token === undefined) return body;
  if (codec === undefined) throw invalidArgument(`Content-Encoding ${token} is not one of ${Object.keys(CODECS)}.`);
  return codec.unpack(body).catch((thrown: unknown) => {
    throw malformedStream(`it is no ${token}: ${String(thrown)}`);
  });
}

/** Packs an answer as the client's `Accept-Encoding` asks. */
export async function packStream(
  request: MaxComputeRequest,
  bytes: Buffer,
): Promise<{ readonly body: Buffer; readonly headers: Readonly<Record<string, string>> }> {
  const token = request.headers.get('accept-encoding') ?? '';
  const codec = CODECS[token];
  return codec === undefined
    ? { body: bytes, headers: {} }
    : { body: await codec.pack(bytes), headers: { 'content-encoding': token } };
}

/** Reads a body and writes its rows to `file`, which is to be put in place when all else is well. Answers the number of rows.
 *  @throws MaxComputeError `MalformedDataStream`, `InvalidArgument` */
export async function takeRows(request: MaxComputeRequest, rules: StreamRules, file: string): Promise<number> {
  const stream = await takeStream(request);
  const names = rules.columns.map((column: Column) => JSON.stringify(column.name));
  const lines: string[] = [];
  const rows = readRecords(stream, rules, (cells) => {
    let line = '{';
    for (let index = 0; index < names.length; index++) {
      line += `${index === 0 ? '' : ','}${names[index]}:${cells[index] ?? 'null'}`;
    }
    lines.push(`${line}}\n`);
  });
  writeFileSync(file, lines.join(''));
  return rows;
}
