/** Fields that an object may show of each record, in the order of the envelope. */
export const OUTPUT_FIELDS = [
  'key',
  'offset',
  'overflowFlag',
  'partition',
  'timestamp',
  'topic',
  'value',
  'valueSize',
  'headers',
] as const;
export type OutputField = (typeof OUTPUT_FIELDS)[number];

/** What the managed service shows: all but the headers. */
export const DEFAULT_FIELDS: readonly OutputField[] = OUTPUT_FIELDS.filter((field) => field !== 'headers');

export function isOutputField(text: string): text is OutputField {
  return (OUTPUT_FIELDS as readonly string[]).includes(text);
}
