/** What runs inside an instance of a Node.js function: takes calls from the server (file descriptor 3, frames as in `frames.ts`), gives them to
 *  the handler, and answers. Semantics of `nodejs18` and later: `async (event: Buffer, context)`; a Buffer is answered as it is, an object as
 *  JSON, anything else as text. Source: the service's page "Request handlers" of Node.js. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

const LENGTHS = 8;
const channel = new Socket({ fd: 3, readable: true, writable: true });
const calls = new AsyncLocalStorage();

function send(header, body = Buffer.alloc(0)) {
  const text = Buffer.from(JSON.stringify(header));
  const lengths = Buffer.alloc(LENGTHS);
  lengths.writeUInt32BE(text.length, 0);
  lengths.writeUInt32BE(body.length, 4);
  channel.write(Buffer.concat([lengths, text]));
  if (body.length > 0) channel.write(body);
}

const logAt =
  (level) =>
  (...parts) =>
    writeSync(1, `${new Date().toISOString()} ${calls.getStore() ?? '-'} [${level}] ${format(...parts)}\n`);
const logger = {
  debug: logAt('debug'),
  info: logAt('info'),
  warn: logAt('warn'),
  error: logAt('error'),
  log: logAt('verbose'),
};
Object.assign(console, logger);

/** `index.handler`: the export `handler` of index.mjs, index.js or index.cjs. */
async function load(folder, handler) {
  const dot = handler.lastIndexOf('.');
  const [path, name] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const file = ['.mjs', '.js', '.cjs']
    .map((extension) => join(folder, path + extension))
    .find((each) => existsSync(each));
  if (file === undefined) throw new Error(`Cannot find module '${join(folder, path)}'`);
  const module = await import(pathToFileURL(file).href);
  const found = module[name] ?? module.default?.[name];
  if (typeof found !== 'function') throw new Error(`Handler '${name}' is missing on module '${path}'`);
  return found;
}

function errorBody(thrown) {
  const isError = thrown instanceof Error;
  const stack = isError ? (thrown.stack ?? '').split('\n') : [];
  const body = {
    errorMessage: isError ? thrown.message : format(thrown),
    errorType: isError ? thrown.name : typeof thrown,
    stackTrace: stack.map((line) => line.trim()).filter((line) => line.startsWith('at ')),
  };
  return Buffer.from(JSON.stringify(body));
}

function answerBody(value) {
  if (Buffer.isBuffer(value)) return value;
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value === undefined) return Buffer.alloc(0);
  return Buffer.from(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

let run;

async function start({ folder, handler, initializer, context }) {
  try {
    run = await load(folder, handler);
  } catch (thrown) {
    logger.error(thrown);
    return send({ type: 'failed', stage: 'load' }, errorBody(thrown));
  }
  if (initializer !== undefined) {
    send({ type: 'loaded' });
    try {
      const initialize = await load(folder, initializer);
      await calls.run(context.requestId, () => initialize({ ...context, logger }));
    } catch (thrown) {
      logger.error(thrown);
      return send({ type: 'failed', stage: 'initializer' }, errorBody(thrown));
    }
  }
  send({ type: 'ready' });
}

async function call({ id, context }, event) {
  try {
    const value = await calls.run(context.requestId, () => run(event, { ...context, logger }));
    send({ type: 'answered', id, failed: false }, answerBody(value));
  } catch (thrown) {
    calls.run(context.requestId, () => logger.error(thrown));
    send({ type: 'answered', id, failed: true }, errorBody(thrown));
  }
}

let chunks = [];
let size = 0;
let needed = LENGTHS;
channel.on('data', (chunk) => {
  chunks.push(chunk);
  size += chunk.length;
  while (size >= needed) {
    const bytes = Buffer.concat(chunks);
    chunks = [bytes];
    const headerEnd = LENGTHS + bytes.readUInt32BE(0);
    needed = headerEnd + bytes.readUInt32BE(4);
    if (bytes.length < needed) return;
    const header = JSON.parse(bytes.subarray(LENGTHS, headerEnd));
    const body = Buffer.from(bytes.subarray(headerEnd, needed));
    const rest = bytes.subarray(needed);
    chunks = [rest];
    size = rest.length;
    needed = LENGTHS;
    if (header.type === 'start') void start(header);
    else void call(header, body);
  }
});
// Nobody is there any more who could ask for anything.
channel.on('close', () => process.exit(0));
channel.on('error', () => process.exit(0));
