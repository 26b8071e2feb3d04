/** The ports that a worker answers on: plain ones and such with TLS, all before the same app. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../../shared/clock.ts';
import type { WorkerConfig } from '../../../../shared/config/worker-keys.ts';
import { ConfigError, toError } from '../../../../shared/errors.ts';
import type { Logger } from '../../../../shared/logger.ts';
import { answerClientError, DEFAULT_LIMITS, type RestLimits, serverOptions } from '../server-limits.ts';
import type { HttpsMaterial } from './https-material.ts';

/** How often a certificate is looked at anew. */
const RENEWAL_MS = 60_000;
const LEAST_TLS = 'TLSv1.2';

/** What answers requests: a `FastifyInstance` that is ready, or what stands in its place until then. */
export interface Answering {
  readonly routing: RequestListener;
}

export interface ListenerDeps {
  /** Asked for `https://` listeners only.
   *  @throws ConfigError */
  readonly material: () => HttpsMaterial;
  readonly clock: Pick<Clock, 'after'>;
  readonly logger: Logger;
}

export interface Listening {
  /** With the ports that were taken where 0 was asked for: `http://127.0.0.1:8083`. */
  readonly addresses: readonly string[];
  /** Takes no more connections, and resolves when what is under way is answered; after `graceMs` the rest is cut off. */
  close(graceMs: number): Promise<void>;
}

/** Bounds on requests, by a worker's settings. */
export function restLimits(worker: WorkerConfig): RestLimits {
  return {
    ...DEFAULT_LIMITS,
    bodyBytes: worker['rest.max.body.bytes'],
    headerBytes: worker['rest.max.header.bytes'],
    requestMs: worker['rest.request.timeout.ms'],
  };
}

/** Opens all of `listeners`, or none.
 *  @throws ConfigError when one cannot be listened on, or TLS is not set up */
export async function openListeners(
  app: Answering,
  listeners: readonly string[],
  limits: RestLimits,
  deps: ListenerDeps,
): Promise<Listening> {
  const opened: { readonly server: Server | SecureServer; readonly address: string }[] = [];
  const renewals: (() => void)[] = [];
  const close = async (graceMs: number) => {
    for (const end of renewals) end();
    await Promise.all(opened.map(({ server }) => closed(server, graceMs, deps.clock)));
  };
  try {
    for (const listener of listeners) {
      const { server, endRenewal } = serverFor(app, listener, limits, deps);
      renewals.push(endRenewal);
      opened.push({ server, address: await listen(server, listener) });
    }
  } catch (thrown) {
    await close(0);
    throw thrown;
  }
  return { addresses: opened.map(({ address }) => address), close };
}

function serverFor(app: Answering, listener: string, limits: RestLimits, deps: ListenerDeps) {
  const isSecure = listener.startsWith('https:');
  const server = isSecure
    ? createSecureServer({ ...serverOptions(limits), ...deps.material(), minVersion: LEAST_TLS }, app.routing)
    : createServer(serverOptions(limits), app.routing);
  server.maxConnections = limits.connections;
  server.on('clientError', answerClientError);
  return { server, endRenewal: isSecure ? renewing(server as SecureServer, deps) : () => undefined };
}

/** A certificate that was replaced serves the next connections. */
function renewing(server: SecureServer, { material, clock, logger }: ListenerDeps): () => void {
  let last = JSON.stringify(material());
  let cancel: () => void;
  const look = () => {
    cancel = clock.after(RENEWAL_MS, look);
    try {
      const now = material();
      if (JSON.stringify(now) === last) return;
      server.setSecureContext({ ...now, minVersion: LEAST_TLS });
      last = JSON.stringify(now);
      logger.info({}, 'the certificate of https listeners was replaced');
    } catch (thrown) {
      logger.error(
        { reason: toError(thrown).message },
        'the certificate of https listeners cannot be read; the last one stays',
      );
    }
  };
  cancel = clock.after(RENEWAL_MS, look);
  return () => cancel();
}

async function listen(server: Server, listener: string): Promise<string> {
  const { protocol, hostname, port } = new URL(listener);
  const options = {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  };
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (thrown) {
    const message = `${listener} cannot be listened on: ${toError(thrown).message}; free it or set another`;
    throw new ConfigError([{ key: 'listeners', message }], 'worker settings');
  }
  return `${protocol}//${hostname}:${(server.address() as AddressInfo).port}`;
}

function closed(server: Server, graceMs: number, clock: Pick<Clock, 'after'>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(graceMs, () => server.closeAllConnections());
    server.close(() => {
      cancel();
      resolve();
    });
    server.closeIdleConnections();
    if (graceMs === 0) server.closeAllConnections();
  });
}
