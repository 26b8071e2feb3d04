/** A user's function as a process of its own: `node function-process.mjs FILE PORT`. Appends each record that it takes to FILE, as a line,
 *  before it answers; throws (HTTP 500) at a batch that holds poison. `POST /__fault` orders what goes wrong, `DELETE` lifts it. */
import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { POISON } from './content.ts';
import type { FunctionFault } from './function-fault.ts';

const [file = '', port = ''] = process.argv.slice(2);
let fault: FunctionFault | undefined;

interface Envelope {
  readonly value?: string;
}

function take(records: readonly Envelope[]): void {
  appendFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
}

function invoke(body: string, response: ServerResponse): void {
  const records = JSON.parse(body) as Envelope[];
  if (fault?.kind === 'status') {
    const after = fault.retryAfterSeconds;
    response.writeHead(fault.status, after === undefined ? {} : { 'retry-after': String(after) }).end('not now');
    return;
  }
  if (fault?.kind === 'die-in-batch') {
    take(records.slice(0, Math.ceil(records.length / 2)));
    process.kill(process.pid, 'SIGKILL');
  }
  if (records.some(({ value }) => value?.includes(POISON))) {
    response.writeHead(500).end('poison');
    return;
  }
  take(records);
  switch (fault?.kind) {
    case 'hang':
      return;
    case 'reply-lost':
      response.socket?.destroy();
      return;
    case 'half-reply':
      response.writeHead(200, { 'content-length': '40' }).write('{"version":1,"all":');
      response.socket?.destroySoon();
      return;
    default:
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ version: 1, all: 'written', count: records.length }));
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  if (request.url !== '/__fault') return invoke(body, response);
  fault = request.method === 'POST' ? (JSON.parse(body) as FunctionFault) : undefined;
  response.end();
}

createServer((request, response) => {
  // A request that breaks off is the fault's doing.
  answer(request, response).catch(() => response.destroy());
}).listen(Number(port), '127.0.0.1', () => process.stderr.write('ready\n'));
