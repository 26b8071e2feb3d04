import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../../functions/control-plane/refused.ts';
import { kafkaRefusal } from '../../../../../functions/control-plane/store/kafka-refusal.ts';
import { FatalError, RecordError, RetriableError } from '../../../../../shared/errors.ts';
import { Interrupted } from '../../../../../shared/kafka/interruption.ts';
import { TransactionInDoubt } from '../../../../../shared/kafka/log/transactions.ts';

const asked = { what: 'write', topic: 'connect-config-x', timeoutMs: 20_000 } as const;

describe('kafkaRefusal', () => {
  it.each([
    [new Interrupted('the time is up'), 500, /within 20000 ms.*nothing was changed, and nothing will be/],
    [new RetriableError('BROKER_UNREACHABLE', 'no broker'), 500, /no broker.*nothing was changed/],
    [new FatalError('TOPIC_AUTHORIZATION_FAILED', 'grant WRITE'), 500, /grant WRITE.*nothing was changed/],
    [new RecordError('RECORD_TOO_LARGE_FOR_TOPIC', 'raise max.message.bytes'), 400, /raise max.message.bytes/],
    [new TransactionInDoubt('lost'), 500, /may have been made; look whether it was/],
  ] as const)('%s', (thrown, status, message) => {
    const refused = kafkaRefusal(thrown, asked);
    expect(refused).toBeInstanceOf(Refused);
    expect(refused).toMatchObject({ status, message: expect.stringMatching(message), cause: thrown });
  });

  it('says of reads that they did nothing, and leaves what has nothing to do with Kafka', () => {
    const read = kafkaRefusal(new Interrupted('x'), { ...asked, what: 'read' }) as Refused;
    expect(read.message).not.toContain('changed');
    const other = new Refused(409, 'there is one already');
    expect(kafkaRefusal(other, asked)).toBe(other);
  });
});
