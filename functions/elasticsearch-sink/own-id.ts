/** The id of a document that nobody named: topic, partition and offset of its record, as Confluent's sink joins them. The same record has the
 *  same id for ever, however batches are cut. Topics have no `+`, so no two records share one. */
import type { TopicPartition } from '../../shared/records.ts';

const ZERO = 0x30;

/** What the ids of a partition begin with: `orders+3+`. */
export function ownIdLead({ topic, partition }: TopicPartition): string {
  return `${topic}+${partition}+`;
}

/** Whether `text` is the id of the record at `offset`, where `lead` is that of its partition. Allocates nothing. */
export function isOwnId(text: string, lead: string, offset: number): boolean {
  const from = lead.length;
  if (text.length === from || !text.startsWith(lead)) return false;
  if (text.charCodeAt(from) === ZERO) return offset === 0 && text.length === from + 1;
  let value = 0;
  for (let at = from; at < text.length; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return false;
    value = value * 10 + digit;
  }
  return value === offset;
}

/** `orders+3+42` */
export function ownId(tp: TopicPartition, offset: number): string {
  return ownIdLead(tp) + offset;
}
