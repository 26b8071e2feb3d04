import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../../functions/control-plane/refused.ts';
import { offsetsRequest } from '../../../../../functions/control-plane/rest/offsets-request.ts';

const partition = { kafka_topic: 'a', kafka_partition: '0' };
const one = (entry: unknown) => ({ offsets: [entry] });

describe('offsetsRequest', () => {
  it('reads positions, and null as a reset', () => {
    const offsets = [
      { partition, offset: { kafka_offset: '7' } },
      { partition: { kafka_topic: 'a', kafka_partition: '1' }, offset: null },
      { partition: { kafka_topic: 'b', kafka_partition: '1' } },
    ];
    expect(offsetsRequest({ offsets })).toEqual([
      { partition: { kafka_topic: 'a', kafka_partition: 0 }, offset: { kafka_offset: 7 } },
      { partition: { kafka_topic: 'a', kafka_partition: 1 }, offset: null },
      { partition: { kafka_topic: 'b', kafka_partition: 1 }, offset: null },
    ]);
    expect(offsetsRequest(one({ partition, offset: { kafka_offset: '-1' } }))).toMatchObject([
      { offset: { kafka_offset: -1 } },
    ]);
  });

  it.each([
    [undefined, 'The body must be a JSON object, and there is none.'],
    [[], 'The body must be a JSON object.'],
    [{}, 'Partitions / offsets need to be provided for an alter offsets request'],
    [{ offsets: null }, 'Partitions / offsets need to be provided for an alter offsets request'],
    [{ offsets: [] }, 'Partitions / offsets need to be provided for an alter offsets request'],
    [{ offsets: 'x' }, 'offsets: must be a list.'],
    [{ offset: [] }, 'The body has a field that is not known. Known is offsets.'],
    [one(null), 'Each of the offsets must be a JSON object.'],
    [one({ offset: { kafka_offset: '1' } }), 'The partition for a sink connector offset cannot be null or missing'],
    [one({ partition: null }), 'The partition for a sink connector offset cannot be null or missing'],
    [one({ partition: 'a-0' }), 'The partition for a sink connector offset must be a JSON object.'],
    [
      one({ partition: { topic: 'a' } }),
      "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'",
    ],
    [
      one({ partition: { kafka_topic: null, kafka_partition: '0' } }),
      'Kafka topic names must be valid strings and may not be null',
    ],
    [
      one({ partition: { kafka_topic: 'a', kafka_partition: null } }),
      'Kafka partitions must be valid numbers and may not be null',
    ],
    [
      one({ partition, offset: { offset: '1' } }),
      "The offset for a sink connector should either be null or contain the key 'kafka_offset'",
    ],
  ])('refuses %j', (body, message) => {
    expect(() => offsetsRequest(body)).toThrow(new Refused(400, message));
  });

  it.each(['x', '', '1.5', '1e3', '9007199254740992', '99999999999999999999', true, null, {}])(
    'refuses the offset %j',
    (kafka_offset) => {
      expect(() => offsetsRequest(one({ partition, offset: { kafka_offset } }))).toThrow(
        'Failed to parse one of the Kafka offset values',
      );
    },
  );

  it('refuses a partition that is no number', () => {
    const entry = { partition: { kafka_topic: 'a', kafka_partition: 'x' } };
    expect(() => offsetsRequest(one(entry))).toThrow('Partition values for sink connectors need to be integers.');
  });
});
