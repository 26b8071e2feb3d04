/** Compares how we spoke to a listener with what it is. */
import { FatalError } from '../errors.ts';
import { type BrokerAddress, showAddress } from './broker-address.ts';
import type { KafkaConnectionOptions } from './driver.ts';
import type { Listener } from './listener-probe.ts';
import { tlsRefusal } from './tls-refusals.ts';

type Asked = Pick<KafkaConnectionOptions, 'ssl' | 'sasl'>;

function protocolOf(tls: boolean, sasl: boolean): string {
  return `${sasl ? 'SASL_' : ''}${tls ? 'SSL' : 'PLAINTEXT'}`;
}

/** What is wrong with the settings, `undefined` when `found` explains nothing. */
export function listenerMismatch(address: BrokerAddress, asked: Asked, found: Listener): FatalError | undefined {
  const at = showAddress(address);
  switch (found.kind) {
    case 'unknown':
      return undefined;
    case 'other':
      return new FatalError(
        'KAFKA_NOT_A_BROKER',
        `what listens at ${at} answers, but does not speak Kafka: check host and port in bootstrap.servers`,
      );
    case 'tls':
      return asked.ssl === undefined ? wantsTls(at, asked) : hungUp(at, asked, found.code);
    case 'kafka':
      return kafkaMismatch(at, asked, found);
    default:
      throw new TypeError(`unknown listener ${String(found satisfies never)}`);
  }
}

function wantsTls(at: string, { sasl }: Asked): FatalError {
  return mismatch(
    `the listener at ${at} wants TLS, and security.protocol is ${protocolOf(false, sasl !== undefined)}: set security.protocol=${protocolOf(true, sasl !== undefined)}, or use the port of a listener without TLS`,
  );
}

/** The handshake went well, and then the broker closed: it is about certificates, ours or the lack of one. */
function hungUp(at: string, { ssl }: Asked, code: string): FatalError | undefined {
  return tlsRefusal(at, code, '', { presented: ssl?.cert !== undefined });
}

function kafkaMismatch(at: string, asked: Asked, found: Listener & { kind: 'kafka' }): FatalError | undefined {
  const tls = asked.ssl !== undefined;
  const sasl = found.mechanisms.length > 0;
  const own = protocolOf(tls, asked.sasl !== undefined);
  const needed = protocolOf(found.tls, sasl);
  if (own !== needed) {
    const wants = `${found.tls ? 'speaks TLS' : 'speaks plain text, no TLS,'} and ${sasl ? `asks clients to sign in by SASL (${found.mechanisms.join(', ')})` : 'knows no SASL'}`;
    return mismatch(
      `the listener at ${at} ${wants}, and security.protocol is ${own}: set security.protocol=${needed}, or use the port of another listener`,
    );
  }
  const mechanism = asked.sasl?.mechanism.toUpperCase();
  if (mechanism === undefined || found.mechanisms.includes(mechanism)) return undefined;
  return mismatch(
    `the listener at ${at} does not take sasl.mechanism=${mechanism}: set sasl.mechanism to one that it takes (${found.mechanisms.join(', ')}), or enable it there (sasl.enabled.mechanisms)`,
  );
}

function mismatch(message: string): FatalError {
  return new FatalError('KAFKA_PROTOCOL_MISMATCH', message);
}
