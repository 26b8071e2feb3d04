import { createRequire } from 'node:module';
import plain from 'kafkajs/src/broker/saslAuthenticator/plain.js';
import scram256 from 'kafkajs/src/broker/saslAuthenticator/scram256.js';
import scram512 from 'kafkajs/src/broker/saslAuthenticator/scram512.js';
import assignerProtocol from 'kafkajs/src/consumer/assignerProtocol.js';
import Connection from 'kafkajs/src/network/connection.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import murmur2 from 'kafkajs/src/producer/partitioners/default/murmur2.js';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import protocolError from 'kafkajs/src/protocol/error.js';
import compression from 'kafkajs/src/protocol/message/compression/index.js';
import decodeMessageSet from 'kafkajs/src/protocol/messageSet/decoder.js';
import apiKeys from 'kafkajs/src/protocol/requests/apiKeys.js';
import protocol from 'kafkajs/src/protocol/requests/index.js';
import { describe, expect, it } from 'vitest';

const { version } = createRequire(import.meta.url)('kafkajs/package.json') as { version: string };

describe('the insides of kafkajs that this client stands on', () => {
  it('are those of 2.2.4: read them again before another version is pinned', () => {
    expect(version).toBe('2.2.4');
  });

  it('a connection has what is called and torn down', () => {
    for (const method of [
      'connect',
      'authenticate',
      'send',
      'setVersions',
      'setSupportAuthenticationProtocol',
      'processData',
    ] as const) {
      expect(Connection.prototype[method]).toBeTypeOf('function');
    }
    for (const method of ['rejectAll', 'destroy', 'scheduleCheckPendingRequests'] as const) {
      expect((RequestQueue.prototype as unknown as Record<string, unknown>)[method]).toBeTypeOf('function');
    }
    const logger = {
      namespace: () => logger,
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
    };
    const connection = new Connection({
      host: '127.0.0.1',
      port: 1,
      logger,
      socketFactory: () => {
        throw new Error('not in this test');
      },
      requestTimeout: 1,
      connectionTimeout: 1,
      enforceRequestTimeout: false,
      maxInFlightRequests: null,
      clientId: 'x',
      ssl: null,
      sasl: null,
    });
    expect(connection.authHandlers).toBeNull();
    expect(connection.requestQueue).toBeInstanceOf(RequestQueue);
  });

  it.each([
    ['Produce', 7],
    ['Fetch', 11],
    ['ListOffsets', 3],
    ['Metadata', 6],
    ['OffsetCommit', 5],
    ['OffsetFetch', 4],
    ['GroupCoordinator', 2],
    ['JoinGroup', 5],
    ['Heartbeat', 3],
    ['LeaveGroup', 3],
    ['SyncGroup', 3],
    ['ApiVersions', 2],
  ])('%s is spoken up to version %i', (name, newest) => {
    expect(apiKeys[name]).toBeTypeOf('number');
    const definition = protocol.requests[name];
    expect(Math.max(...(definition?.versions ?? []).map(Number))).toBe(newest);
    const built = definition?.protocol({ version: newest })({ topics: [], topicData: [], groupId: 'g' });
    expect(built?.request.encode).toBeTypeOf('function');
    expect(built?.response.decode).toBeTypeOf('function');
  });

  it('a connection says when it signs in again, and takes an exchange that is not its own', () => {
    const source = String(Connection);
    expect(source).toContain('millisSince.add(this.reauthenticationThreshold)');
    expect(source).toContain('this.sessionLifetime');
    for (const exchange of [plain, scram256, scram512]) {
      const setup = { host: 'h', port: 1, logger: {} as never, saslAuthenticate: async () => undefined };
      expect(exchange({ username: 'u', password: 'p' })(setup).authenticate).toBeTypeOf('function');
    }
  });

  it('helpers behave', async () => {
    expect(protocolError.errorCodes.find((e) => e.code === 27)?.type).toBe('REBALANCE_IN_PROGRESS');
    expect(
      new Encoder()
        .writeInt16(1)
        .writeInt32(2)
        .writeString('ab')
        .writeBytes(Buffer.from([9]))
        .buffer.toString('hex'),
    ).toBe('0001000000020002616200000001' + '09');
    expect(murmur2(Buffer.from('21')) | 0).toBe(-973932308);
    expect(compression.Types['ZSTD']).toBe(4);
    expect(await decodeMessageSet(new Decoder(Buffer.alloc(0)), 0).catch(() => [])).toEqual([]);
    const bytes = assignerProtocol.MemberAssignment.encode({ version: 0, assignment: { t: [1, 2] } });
    expect(assignerProtocol.MemberAssignment.decode(bytes)?.assignment).toEqual({ t: [1, 2] });
  });
});
