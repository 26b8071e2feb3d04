import { get } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import Fastify from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { httpsMaterial } from '../../../functions/control-plane/rest/guard/https-material.ts';
import { openListeners, restLimits } from '../../../functions/control-plane/rest/guard/listeners.ts';
import type { RestLimits } from '../../../functions/control-plane/rest/server-limits.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';
import { parseWorker } from '../../../shared/config/worker-keys.ts';
import { ConfigError } from '../../../shared/errors.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { certificateAuthority } from '../../helpers/kafka-security/certificates.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { waitFor } from '../../helpers/wait-for.ts';

/** Ports of a small app, closed with the test. `pem` is what the file of key and certificate holds. */
async function listening(listeners: string, pem: () => string = () => '', more: Partial<RestLimits> = {}) {
  const app = Fastify({ logger: false });
  app.get('/', async () => ({ ok: true }));
  await app.ready();
  const worker = parseWorker({
    'bootstrap.servers': 'k:9092',
    listeners,
    'listeners.https.ssl.keystore.location': '/https.pem',
    'rest.max.header.bytes': 2048,
  }).config;
  const clock = new ManualClock();
  const opened = await openListeners(
    app,
    worker.listeners,
    { ...restLimits(worker), ...more },
    {
      material: () => httpsMaterial(worker, secretResolver({}, pem)),
      clock,
      logger: silentLogger,
    },
  );
  onTestFinished(async () => {
    await opened.close(0);
    await app.close();
  });
  return { ...opened, clock };
}

/** The body, and the fingerprint of the certificate that the server showed. */
function ask(url: string, ca: string): Promise<{ readonly text: string; readonly fingerprint: string }> {
  return new Promise((resolve, reject) => {
    const request = get(url, { ca, agent: false }, async (answer) => {
      const { fingerprint256: fingerprint } = (answer.socket as TLSSocket).getPeerCertificate();
      resolve({ text: (await answer.toArray()).join(''), fingerprint });
    });
    request.on('error', reject);
  });
}

/** Everything that the other side says to `text`. */
function say(address: string, text: string): Promise<string> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', reject);
  });
}

describe('listeners', () => {
  it('answer in clear and over TLS, with the certificate of now', async () => {
    const authority = await certificateAuthority(await temporaryFolder(), 'rest');
    const [first, second] = [await authority.issue('first'), await authority.issue('second')];
    let pem = first.key + first.cert;
    const { addresses, clock } = await listening('http://127.0.0.1:0,https://127.0.0.1:0', () => pem);
    const [plain = '', secure = ''] = addresses;
    const before = await ask(secure, authority.pem);
    expect(before.text).toBe('{"ok":true}');
    expect((await fetch(plain)).status).toBe(200);
    await expect(ask(secure, second.cert)).rejects.toThrow();

    pem = 'half of a fi';
    await clock.advance(60_000);
    expect((await ask(secure, authority.pem)).fingerprint).toBe(before.fingerprint);
    pem = second.key + second.cert;
    await clock.advance(60_000);
    expect((await ask(secure, authority.pem)).fingerprint).not.toBe(before.fingerprint);
  });

  it('refuse heads that are too large, and what is no HTTP', async () => {
    const [address = ''] = (await listening('http://127.0.0.1:0')).addresses;
    const large = await say(address, `GET / HTTP/1.1\r\nhost: h\r\nx: ${'x'.repeat(4096)}\r\n\r\n`);
    expect(large).toMatch(/^HTTP\/1\.1 431 /);
    expect(large).toMatch(/"error_code":431/);
    expect(await say(address, '\x16\x03\x01\x02\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*"error_code":400/s);
  });

  it('hold no more connections than they may', async () => {
    const [address = ''] = (await listening('http://127.0.0.1:0', undefined, { connections: 2 })).addresses;
    const { hostname, port } = new URL(address);
    const open = () =>
      new Promise<Socket>((resolve) => {
        const socket = connect(Number(port), hostname, () => resolve(socket));
        onTestFinished(() => void socket.destroy());
      });
    const [first] = [await open(), await open()];
    const third = await open();
    await new Promise((resolve) => third.once('close', resolve).resume());
    first.end();
    await waitFor(async () => (await fetch(address).catch(() => undefined))?.status === 200 || undefined, {
      what: 'a connection in the place of one that went',
    });
  });

  it('are opened all, or none', async () => {
    const { addresses } = await listening('http://127.0.0.1:0');
    const [taken = ''] = addresses;
    const refused = await listening(`http://127.0.0.1:0,${taken}`).catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(ConfigError);
    expect((refused as Error).message).toMatch(
      /listeners: http:\/\/127\.0\.0\.1:\d+ cannot be listened on: .*EADDRINUSE.*; free it or set another/,
    );
    expect((await listening('https://127.0.0.1:0').catch(String)) as unknown).toMatch(
      /listeners\.https\.ssl\.keystore\.location: holds no certificate/,
    );
  });

  it('let what is under way end when they close, and no longer than they are given', async () => {
    const { addresses, close, clock } = await listening('http://127.0.0.1:0');
    const [address = ''] = addresses;
    const { hostname, port } = new URL(address);
    const half = connect(Number(port), hostname, () => half.write('GET / HTTP/1.1\r\n'));
    half.on('error', () => undefined);
    const gone = new Promise((resolve) => half.once('close', resolve));
    // Answered after what the other one sent: both connections are known to the server.
    await new Promise((resolve) => half.once('ready', resolve));
    await fetch(address);
    const closed = close(5_000);
    await clock.advance(4_999);
    await expect(fetch(address)).rejects.toThrow();
    expect(half.destroyed).toBe(false);
    await clock.advance(1);
    await Promise.all([closed, gone]);
  });
});
