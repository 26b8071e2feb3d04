/** Opens a connection to where a URL leads, and closes it again: no request is sent. */
import net from 'node:net';
import tls from 'node:tls';

/** `code`: the system's or TLS's word for what failed, such as ECONNREFUSED. */
export type Reach = { readonly reached: true } | { readonly reached: false; readonly code: string };

const TIMEOUT_MS = 10_000;

/** TCP for http, TCP and TLS for https, with the certificates that Node.js trusts. Never throws. */
export function connectTo(url: URL): Promise<Reach> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return new Promise((resolve) => {
    const servername = net.isIP(host) === 0 ? { servername: host } : {};
    const socket = secure ? tls.connect({ host, port, ...servername }) : net.connect({ host, port });
    const end = (reach: Reach) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reach);
    };
    const timer = setTimeout(() => end({ reached: false, code: 'ETIMEDOUT' }), TIMEOUT_MS);
    socket.once(secure ? 'secureConnect' : 'connect', () => end({ reached: true }));
    socket.on('error', (error: NodeJS.ErrnoException) => end({ reached: false, code: error.code ?? error.name }));
  });
}
