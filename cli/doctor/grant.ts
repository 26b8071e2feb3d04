/** What to do about a missing right, in the words of the driver, which says the same when a broker refuses. */
import { refusal } from '../../shared/kafka/error-codes.ts';
import type { Right } from '../../shared/kafka/inspect/rights.ts';
import { splitAdvice } from './finding.ts';

/** Kafka's codes of refusals. Source: https://kafka.apache.org/protocol.html#protocol_error_codes */
const REFUSED = { topic: 29, group: 30 } as const;

/** `grant the user of this client READ on topic orders, ...`. */
export function grant(right: Right, kind: keyof typeof REFUSED, name: string): string {
  const { message } = refusal(REFUSED[kind], { right, resource: `${kind} ${name}` });
  return splitAdvice(message)?.[1] ?? message;
}
