/** Bytes that are no request, or hardly one, and what came back. */
import { connect } from 'node:net';

const HOST = 'Host: 127.0.0.1\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';

/** None of them is well-formed HTTP/1.1 that the API has an answer of success for. */
export const RAW_REQUESTS: readonly string[] = [
  'hello\r\n\r\n',
  '\u0000\u0001\u0002\u0003\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
  'GET / HTTP/9.9\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  `BREW /connectors HTTP/1.1\r\n${HOST}\r\n`,
  `GET /connectors/a b HTTP/1.1\r\n${HOST}\r\n`,
  `GET /connectors/\u00e9 HTTP/1.1\r\n${HOST}\r\n`,
  `GET /connectors/\u0000 HTTP/1.1\r\n${HOST}\r\n`,
  `GET connectors HTTP/1.1\r\n${HOST}\r\n`,
  `GET * HTTP/1.1\r\n${HOST}\r\n`,
  `GET http://127.0.0.1/nope HTTP/1.1\r\n${HOST}\r\n`,
  `GET /${'a'.repeat(70_000)} HTTP/1.1\r\n${HOST}\r\n`,
  `GET / HTTP/1.1\r\n${HOST}X: ${'a'.repeat(70_000)}\r\n\r\n`,
  `GET / HTTP/1.1\r\n${HOST}X\u0000: y\r\n\r\n`,
  `GET / HTTP/1.1\r\n${HOST}: y\r\n\r\n`,
  `POST /connectors HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Length: -1\r\n\r\n{}`,
  `POST /connectors HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
  `POST /connectors HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
  `POST /connectors HTTP/1.1\r\n${HOST}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
  `POST /connectors HTTP/1.1\r\n${HOST}${JSON_TYPE}Transfer-Encoding: gzip\r\n\r\n{}`,
  `POST /connectors HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n`,
  `POST /connectors HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}`,
  `CONNECT example.com:80 HTTP/1.1\r\n${HOST}\r\n`,
  `TRACE /connectors HTTP/1.1\r\n${HOST}\r\n`,
  `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
];

/** Sends the bytes (`text` is Latin-1) and ends; resolves with everything that came back until the other side closed, or sent a whole answer. */
export function sendRaw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let got = '';
    const socket = connect(Number(port), hostname, () => socket.end(Buffer.from(text, 'latin1')));
    socket.on('data', (bytes) => (got += bytes.toString('latin1')));
    // Both sides are done, or the other one reset the connection after its answer.
    socket.on('error', () => resolve(got));
    socket.on('close', () => resolve(got));
  });
}
