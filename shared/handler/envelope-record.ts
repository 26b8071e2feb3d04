/** One element of the envelope as it travels, for who reads it without `defineSink`. Absent fields are absent, not null. */

export interface EnvelopeHeader {
  readonly key: string;
  /** Absent when null. */
  readonly value?: string;
  readonly valueEncoding?: 'base64';
}

export interface EnvelopeRecord {
  /** Absent when null. */
  readonly key?: string;
  readonly offset: number;
  /** True when the value was too large to send. */
  readonly overflowFlag: boolean;
  readonly partition: number;
  /** Epoch milliseconds; -1 when Kafka has none. */
  readonly timestamp: number;
  readonly topic: string;
  /** Absent when null (a tombstone), and when `overflowFlag` is true. */
  readonly value?: string;
  /** Bytes of the original value; 0 for a tombstone. */
  readonly valueSize: number;
  readonly keyEncoding?: 'base64';
  readonly valueEncoding?: 'base64';
  readonly headers?: readonly EnvelopeHeader[];
  readonly timestampType?: 'CreateTime' | 'LogAppendTime';
  /** URL that a GET answers the value at. */
  readonly valueRef?: string;
}
