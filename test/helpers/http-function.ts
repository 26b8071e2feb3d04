import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A record as an envelope shows it. */
export interface EnvelopeRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key?: string;
  readonly value?: string;
  readonly valueSize: number;
  readonly overflowFlag: boolean;
  readonly valueRef?: string;
}

export interface FunctionReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A user's function at an HTTP URL, in this process. */
export interface HttpFunction {
  readonly url: string;
  /** Every envelope received, in order. */
  readonly envelopes: EnvelopeRecord[][];
  /** Bodies as they came. */
  readonly bodies: Buffer[];
  readonly headers: IncomingHttpHeaders[];
  /** Nobody listens until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
}

/** Starts a function that answers with what `reply` says; 200 without a body by default. Ends with the test. */
export async function startHttpFunction(
  reply: (records: EnvelopeRecord[], call: number) => FunctionReply | Promise<FunctionReply> = () => ({}),
): Promise<HttpFunction> {
  const envelopes: EnvelopeRecord[][] = [];
  const bodies: Buffer[] = [];
  const headers: IncomingHttpHeaders[] = [];
  let server: Server | undefined;
  let port = 0;
  const up = async () => {
    const listening = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const records = JSON.parse(body.toString()) as EnvelopeRecord[];
      bodies.push(body);
      headers.push(request.headers);
      envelopes.push(records);
      const { status = 200, headers: answered = {}, body: answer } = await reply(records, envelopes.length);
      response.writeHead(status, answered).end(answer === undefined ? '' : JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => listening.listen(port, '127.0.0.1', resolve));
    port = (listening.address() as AddressInfo).port;
    server = listening;
  };
  const down = async () => {
    const closing = server;
    server = undefined;
    if (closing === undefined) return;
    closing.closeAllConnections();
    await new Promise((resolve) => closing.close(resolve));
  };
  await up();
  onTestFinished(down);
  return { url: `http://127.0.0.1:${port}/fn`, envelopes, bodies, headers, down, up };
}
