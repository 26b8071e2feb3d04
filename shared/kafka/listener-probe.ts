/** Finds out what listens at an address, for the sentence that a person reads when connecting failed. */
import net from 'node:net';
import tls from 'node:tls';
import type { Clock } from '../clock.ts';
import type { BrokerAddress } from './broker-address.ts';
import type { TlsOptions } from './driver.ts';
import { KafkaCode } from './error-codes.ts';
import { tlsOptions } from './tls-options.ts';

/** What was found: a Kafka listener and how it wants to be spoken to, another program, or nothing that can be said. */
export type Listener =
  | {
      readonly kind: 'kafka';
      readonly tls: boolean;
      /** Mechanisms it signs in with; empty where it asks for none. */
      readonly mechanisms: readonly string[];
    }
  /** TLS with something behind it that hung up; `code` is Node's, where there was one. */
  | { readonly kind: 'tls'; readonly code: string }
  | { readonly kind: 'other' }
  | { readonly kind: 'unknown' };

const STEP_TIMEOUT_MS = 3_000;
/** How long a broker may take to say, after the handshake, that it does not like our certificate (TLS 1.3 tells so late). */
const ALERT_TIMEOUT_MS = 500;

/** SaslHandshake, version 1, for a mechanism that nobody has: a listener with SASL answers what it has, one without that it has none.
 *  Source: https://kafka.apache.org/protocol.html#The_Messages_SaslHandshake */
const QUESTION = Buffer.from('\0\0\0\x12\0\x11\0\x01\0\0\0\x01\0\x02??\0\x04NONE', 'latin1');
const CORRELATION_ID = 1;
/** Names of a few mechanisms. Letters of a text protocol, read as a length, are far above. */
const LONGEST_ANSWER_BYTES = 64 * 1024;

/** Knocks without TLS and then with it. Sends no credentials, but presents the certificate of `ours`, if any. Never rejects. */
export async function probeListener(address: BrokerAddress, ours: TlsOptions, clock: Clock): Promise<Listener> {
  const plain = await exchange(net.connect(address), 'connect', 0, clock);
  const answer = plain.bytes === undefined ? undefined : handshakeAnswer(plain.bytes);
  if (answer !== undefined) return { kind: 'kafka', tls: false, mechanisms: answer };
  if (!plain.connected) return { kind: 'unknown' };
  const { ca: _, ...presented } = tlsOptions(ours);
  const socket = tls.connect({ ...presented, ...address, ...servername(address), rejectUnauthorized: false });
  const encrypted = await exchange(socket, 'secureConnect', ALERT_TIMEOUT_MS, clock);
  const sealed = encrypted.bytes === undefined ? undefined : handshakeAnswer(encrypted.bytes);
  if (sealed !== undefined) return { kind: 'kafka', tls: true, mechanisms: sealed };
  if (encrypted.connected && encrypted.bytes === undefined) return { kind: 'tls', code: encrypted.code };
  const spoke = encrypted.bytes !== undefined || (plain.bytes !== undefined && !isTlsAlert(plain.bytes));
  // A network that cuts answers off says nothing of who gave them.
  if ([plain.bytes, encrypted.bytes].some((bytes) => bytes !== undefined && isCutOff(bytes)))
    return { kind: 'unknown' };
  return { kind: spoke ? 'other' : 'unknown' };
}

function servername({ host }: BrokerAddress): { servername?: string } {
  return net.isIP(host) === 0 ? { servername: host } : {};
}

function isTlsAlert(bytes: Buffer): boolean {
  return bytes[0] === 0x15 && bytes[1] === 0x03;
}

/** Whether these may be the first bytes of an answer to the question. */
function isCutOff(bytes: Buffer): boolean {
  if (bytes.length < 4) return true;
  const length = bytes.readInt32BE(0);
  const isPlausible = length > bytes.length - 4 && length <= LONGEST_ANSWER_BYTES;
  return isPlausible && (bytes.length < 8 || bytes.readInt32BE(4) === CORRELATION_ID);
}

interface Exchanged {
  readonly connected: boolean;
  /** First bytes that came. */
  readonly bytes: Buffer | undefined;
  /** Code of the error that ended it, or ''. */
  readonly code: string;
}

/** Connects, waits `quietMs` for what the other side says unasked, asks, and takes the first bytes. */
function exchange(socket: net.Socket, ready: string, quietMs: number, clock: Clock): Promise<Exchanged> {
  return new Promise((resolve) => {
    let connected = false;
    let code = '';
    const timers: (() => void)[] = [];
    const finish = (bytes?: Buffer) => {
      for (const cancel of timers) cancel();
      socket.destroy();
      resolve({ connected, bytes, code });
    };
    timers.push(clock.after(STEP_TIMEOUT_MS, () => finish()));
    socket.once(ready, () => {
      connected = true;
      timers.push(clock.after(quietMs, () => socket.write(QUESTION)));
    });
    socket.once('data', finish);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      code ||= error.code ?? '';
    });
    socket.once('close', () => finish());
  });
}

/** Mechanisms of an answer to the question; `undefined` when it is none. */
function handshakeAnswer(bytes: Buffer): readonly string[] | undefined {
  // Length, correlation id, error code, count.
  if (bytes.length < 14 || bytes.readInt32BE(0) !== bytes.length - 4 || bytes.readInt32BE(4) !== CORRELATION_ID) {
    return undefined;
  }
  const errorCode = bytes.readInt16BE(8);
  if (errorCode === KafkaCode.illegalSaslState) return [];
  if (errorCode !== KafkaCode.unsupportedSaslMechanism) return undefined;
  const mechanisms: string[] = [];
  let at = 14;
  for (let left = bytes.readInt32BE(10); left > 0 && at + 2 <= bytes.length; left--) {
    const end = at + 2 + bytes.readInt16BE(at);
    mechanisms.push(bytes.toString('utf8', at + 2, end));
    at = end;
  }
  return mechanisms.sort();
}
