import { describe, expect, it } from 'vitest';
import type { BrokerConnection } from '../../../../shared/kafka/broker-connection.ts';
import { askTopicIds, topicIdsRequest } from '../../../../shared/kafka/topic-ids.ts';

const NAMES = ['orders', 'no-such-topic'];

/** What was sent to a broker of Kafka 4.3.1 for two topics, one of them missing, from the end of the request header on. */
const TOPICS =
  '000300000000000000000000000000000000076f726465727300000000000000000000000000000000000e6e6f2d737563682d746f70696300';
const SENT = { 10: `${TOPICS}00000000`, 11: `${TOPICS}000000`, 12: `${TOPICS}000000` };

/** What it answered, from after the correlation id on. Version 10 tells the cluster's rights as well. */
const ANSWER =
  '000000000002000000010a3132372e302e302e3100005caf0000174d6b55334f4556424e5463774e544a454e444d32516700000001030000' +
  '076f7264657273cc0267e8644a4d64829c7e528b31de5100030000000000000000000100000000020000000102000000010100000000000001' +
  '0000000100000000020000000102000000010100800000000000030e6e6f2d737563682d746f7069630000000000000000000000000000000000' +
  '0180000000';
const ANSWERED = { 10: `${ANSWER}008000000000`, 11: `${ANSWER}0000`, 12: `${ANSWER}0000` };

describe('topicIdsRequest', () => {
  it.each([10, 11, 12] as const)('speaks version %i as a real broker does', (version) => {
    const request = topicIdsRequest(NAMES, version);
    expect(request).toMatchObject({ apiKey: 3, version });
    expect(request?.body.toString('hex')).toBe(SENT[version]);
    expect(request?.decode(Buffer.from(ANSWERED[version], 'hex'))).toEqual(
      new Map([
        ['orders', { errorCode: 0, id: 'cc0267e8644a4d64829c7e528b31de51' }],
        ['no-such-topic', { errorCode: 3, id: undefined }],
      ]),
    );
  });

  it('is for brokers that know of ids, and needs none newer than it knows', () => {
    expect(topicIdsRequest(NAMES, 9)).toBeUndefined();
    expect(topicIdsRequest(NAMES, 13)?.version).toBe(12);
  });

  it('names topics as long as Kafka takes them, and refuses an answer that ends too early', () => {
    const name = 'n'.repeat(249);
    const body = topicIdsRequest([name], 12)?.body.toString('latin1');
    // 250 as an unsigned varint.
    expect(body).toContain(`\xfa\x01${name}\0`);
    const cut = Buffer.from(ANSWERED[12], 'hex').subarray(0, 70);
    expect(() => topicIdsRequest(NAMES, 12)?.decode(cut)).toThrow(RangeError);
  });
});

describe('askTopicIds', () => {
  it('asks nothing for no topic, and nothing of a broker that is too old', async () => {
    const connection: Pick<BrokerConnection, 'supports' | 'send'> = {
      supports: () => ({ minVersion: 0, maxVersion: 9 }),
      send: () => Promise.reject(new Error('asked')),
    };
    expect(await askTopicIds(connection, [])).toEqual(new Map());
    expect(await askTopicIds(connection, NAMES)).toBeUndefined();
  });
});
