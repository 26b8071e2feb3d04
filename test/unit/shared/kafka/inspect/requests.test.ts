import { describe, expect, it } from 'vitest';
import { groupRequest } from '../../../../../shared/kafka/inspect/group-request.ts';
import { metadataRequest } from '../../../../../shared/kafka/inspect/metadata-request.ts';
import { hasRight, RIGHTS_UNKNOWN } from '../../../../../shared/kafka/inspect/rights.ts';
import {
  metadataMaxBytesRequest,
  topicSettingsRequest,
} from '../../../../../shared/kafka/inspect/topic-settings-request.ts';
import { FieldReader, field } from '../../../../../shared/kafka/inspect/wire-fields.ts';

const int16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);
const bytes = (...parts: Buffer[]) => Buffer.concat(parts);

describe('metadataRequest', () => {
  it('never lets a broker make a topic, and tells none from all', () => {
    const none = metadataRequest([], 12);
    expect(none).toMatchObject({ apiKey: 3, version: 8 });
    expect(none?.body).toEqual(bytes(field.int32(0), Buffer.from([0, 1, 1])));
    expect(metadataRequest(undefined, 5)?.body).toEqual(bytes(field.int32(-1), Buffer.from([0])));
    expect(metadataRequest([], 3)).toBeUndefined();
  });

  it('reads an answer of a broker that tells no rights', () => {
    const broker = bytes(field.int32(7), field.string('host'), field.int32(9092), int16(-1));
    const replicas = field.array([field.int32(7), field.int32(8)]);
    const partition = bytes(int16(0), field.int32(0), field.int32(7), replicas, field.array([field.int32(7)]));
    const topic = bytes(int16(0), field.string('orders'), field.boolean(false), field.array([partition]));
    const answer = bytes(
      field.int32(0),
      field.array([broker]),
      field.string('id'),
      field.int32(7),
      field.array([topic]),
    );
    expect(metadataRequest(['orders'], 4)?.decode(answer)).toEqual({
      clusterId: 'id',
      brokers: [{ nodeId: 7, host: 'host', port: 9092 }],
      topics: [
        {
          name: 'orders',
          errorCode: 0,
          isInternal: false,
          partitions: [{ partition: 0, leader: 7, replicas: 2, inSync: 1 }],
          authorizedOperations: RIGHTS_UNKNOWN,
        },
      ],
      authorizedOperations: RIGHTS_UNKNOWN,
    });
  });
});

describe('groupRequest', () => {
  it('reads an answer of a broker that tells no rights', () => {
    const member = ['id', 'client', '/10.0.0.1'].map(field.string);
    const blobs = [field.int32(2), Buffer.from([1, 2]), field.int32(-1)];
    const words = ['g', 'Stable', 'consumer', 'range'].map(field.string);
    const group = bytes(int16(0), ...words, field.array([bytes(...member, ...blobs)]));
    const request = groupRequest('g', 0);
    expect(request.decode(field.array([group]))).toEqual({
      errorCode: 0,
      state: 'Stable',
      protocolType: 'consumer',
      protocol: 'range',
      members: ['client at 10.0.0.1'],
      authorizedOperations: RIGHTS_UNKNOWN,
    });
  });
});

describe('topicSettingsRequest', () => {
  it('leaves out what the broker refuses', () => {
    const setting = bytes(field.string('retention.ms'), field.string('5'), Buffer.from([0, 1, 0]), field.array([]));
    const told = bytes(int16(0), int16(-1), field.int8(2), field.string('a'), field.array([setting]));
    const refused = bytes(int16(29), int16(-1), field.int8(2), field.string('b'), field.array([]));
    const answer = bytes(field.int32(0), field.array([told, refused]));
    expect(topicSettingsRequest(['a', 'b']).decode(answer)).toEqual(new Map([['a', { 'retention.ms': '5' }]]));
  });
});

describe('metadataMaxBytesRequest', () => {
  const name = 'offset.metadata.max.bytes';
  const setting = bytes(field.string(name), field.string('512'), Buffer.from([1, 4, 0]), field.array([]));
  const of = (nodeId: string, errorCode: number) =>
    bytes(
      int16(errorCode),
      int16(-1),
      field.int8(4),
      field.string(nodeId),
      field.array(errorCode === 0 ? [setting] : []),
    );

  it('takes what the broker says of itself', () => {
    const answer = bytes(field.int32(0), field.array([of('1', 42), of('2', 0), of('3', 42)]));
    expect(metadataMaxBytesRequest([1, 2, 3]).decode(answer)).toBe(512);
  });

  it('knows nothing where that is refused', () => {
    expect(metadataMaxBytesRequest([1]).decode(bytes(field.int32(0), field.array([of('1', 31)])))).toBeUndefined();
  });
});

describe('fields', () => {
  it('that end too early are refused', () => {
    expect(() => new FieldReader(Buffer.from([0])).int16()).toThrow(RangeError);
    expect(() => new FieldReader(bytes(int16(5), Buffer.from('abc'))).string()).toThrow(RangeError);
  });
});

describe('hasRight', () => {
  it('tells yes, no and not told', () => {
    expect([hasRight(1 << 3, 'READ'), hasRight(1 << 3, 'WRITE'), hasRight(RIGHTS_UNKNOWN, 'READ')]).toEqual([
      true,
      false,
      undefined,
    ]);
  });
});
