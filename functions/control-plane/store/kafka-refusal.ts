/** What Kafka did, or did not do, as an answer to whoever asked by REST. */
import { FatalError, RecordError, RetriableError } from '../../../shared/errors.ts';
import { Interrupted } from '../../../shared/kafka/interruption.ts';
import { TransactionInDoubt } from '../../../shared/kafka/log/transactions.ts';
import { Refused } from '../refused.ts';

export interface Asked {
  readonly what: 'read' | 'write';
  readonly topic: string;
  readonly timeoutMs: number;
}

/** As `Refused` where Kafka is the reason; anything else as it is. */
export function kafkaRefusal(thrown: unknown, { what, topic, timeoutMs }: Asked): unknown {
  const cause = { cause: thrown };
  if (thrown instanceof TransactionInDoubt) {
    return new Refused(
      500,
      `Kafka did not answer to the last step of writing to topic ${topic}: the change may have been made; look whether it was before you try again`,
      cause,
    );
  }
  if (thrown instanceof RecordError)
    return new Refused(400, `The configuration is too large: ${thrown.message}`, cause);
  const nothing = what === 'write' ? 'nothing was changed, and nothing will be; ' : '';
  if (thrown instanceof Interrupted || thrown instanceof RetriableError) {
    const said = thrown instanceof RetriableError ? ` (${thrown.message})` : '';
    return new Refused(
      500,
      `Kafka did not ${what === 'write' ? 'confirm the change' : 'answer'} within ${timeoutMs} ms, topic ${topic}${said}: ${nothing}try again when the brokers answer`,
      cause,
    );
  }
  if (thrown instanceof FatalError)
    return new Refused(
      500,
      `Kafka refused to ${what} topic ${topic}: ${thrown.message}; ${nothing}see the worker's log`,
      cause,
    );
  return thrown;
}
