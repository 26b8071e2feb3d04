import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
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

const require = createRequire(import.meta.url);
const { version } = require('kafkajs/package.json') as { version: string };

/** Files that are patched, called or reached into, with the first digits of their SHA-256 and what of ours relies on them. */
const READ: readonly (readonly [file: string, sha256: string, reliedOnBy: string])[] = [
  [
    'network/connection.js',
    '2a993b2e74421ca6',
    'broker-connection.ts: `processData`, `chunks`, `bytesNeeded`, the tear-down, when it signs in again',
  ],
  ['network/socket.js', '9922c37e8a4d9e6b', 'broker-socket.ts: which events kafkajs listens to'],
  ['network/requestQueue/index.js', 'b55986089c14f8f7', 'idle-timer-shim.ts and the tear-down of broker-connection.ts'],
  [
    'network/requestQueue/socketRequest.js',
    'dde28f8e26c6d17f',
    'what a second answer, or a rejection, does to a request',
  ],
  ['protocol/request.js', '2270900ca6474026', 'the request header in front of what we encode'],
  ['protocol/encoder.js', '9977889e184a9e91', 'broker-connection.ts, group-protocol.ts'],
  [
    'protocol/decoder.js',
    '83c43fac8d6b8ef2',
    'wire/kafkajs-record.ts and wire/kafkajs-record-decoder.ts: what it does past the end and at negative lengths',
  ],
  [
    'protocol/requests/fetch/index.js',
    'b0961e16fca52023',
    'fetch-request.ts and wire/fetch-response.ts: versions and their arguments',
  ],
  ['protocol/requests/fetch/v11/request.js', 'e652bb05ffab315d', 'fetch-request.ts'],
  [
    'protocol/messageSet/decoder.js',
    '791fc7649fc2a61a',
    'wire/legacy-records.ts: what must be checked before it is called',
  ],
  ['protocol/message/decoder.js', '541a41017ee6a10e', 'wire/legacy-records.ts'],
  ['protocol/message/v0/decoder.js', '0ad6dcef94f8fdb7', 'wire/legacy-records.ts'],
  ['protocol/message/v1/decoder.js', '4c328ca30e374677', 'wire/legacy-records.ts'],
  ['protocol/message/compression/index.js', '666ec6400225fe90', 'wire/legacy-records.ts: the table of codecs'],
  [
    'protocol/recordBatch/v0/decoder.js',
    '38cae7fc865f9bc5',
    'test/conformance/fuzz/kafkajs-reads.ts: what our decoders are compared with',
  ],
  ['protocol/recordBatch/record/v0/decoder.js', '86d740054c8be29b', 'test/conformance/fuzz/kafkajs-reads.ts'],
  [
    'protocol/requests/initProducerId/v0/response.js',
    'b5b1d1109c15d724',
    "log/transaction-coordinator.ts: the producer's id and epoch",
  ],
  [
    'protocol/requests/addPartitionsToTxn/v0/response.js',
    '3603ff590179de01',
    'log/transaction-coordinator.ts: error codes by partition',
  ],
  ['protocol/requests/endTxn/v0/response.js', '771cafdf82db6a60', 'log/transaction-coordinator.ts'],
  ['protocol/requests/produce/v3/response.js', '2f36048c7ca33a69', 'produce-request.ts: error codes and base offsets'],
  ['protocol/requests/deleteGroups/v0/response.js', 'e8920d3ffee2afbd', 'group-deletion.ts'],
  ['consumer/assignerProtocol.js', 'd35452ae300d0221', 'group-protocol.ts'],
  ['producer/partitioners/default/murmur2.js', '82c3a52a692c32b2', 'producer.ts'],
  ['broker/saslAuthenticator/index.js', '535765470e117239', 'sign-in.ts'],
];

describe('the insides of kafkajs that this client stands on', () => {
  it('are those of 2.2.4: read them again before another version is pinned', () => {
    expect(version).toBe('2.2.4');
  });

  it.each(READ)('%s is as it was when it was read', (file, sha256, reliedOnBy) => {
    const now = createHash('sha256').update(readFileSync(require.resolve(`kafkajs/src/${file}`)));
    expect(now.digest('hex').slice(0, sha256.length), `read it again, then: ${reliedOnBy}`).toBe(sha256);
  });

  it('a connection reads through a method that can be replaced, and counts what it waits for', () => {
    const source = String(Connection);
    expect(source).toContain('this.processData(data)');
    expect(source).toContain('this.bytesNeeded = Decoder.int32Size() + expectedResponseSize');
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
    const decoder = new Decoder(Buffer.from([0, 0, 0, 0, 0, 0, 0, 9, 4, 7]));
    expect([decoder.readInt64(), decoder.readVarInt(), decoder.canReadBytes(2), decoder.offset]).toEqual([
      9n,
      2,
      false,
      9,
    ]);
    expect(await decodeMessageSet(new Decoder(Buffer.alloc(0)), 0).catch(() => [])).toEqual([]);
    const bytes = assignerProtocol.MemberAssignment.encode({ version: 0, assignment: { t: [1, 2] } });
    expect(assignerProtocol.MemberAssignment.decode(bytes)?.assignment).toEqual({ t: [1, 2] });
  });
});
