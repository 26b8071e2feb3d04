/** What a document says of its record beside the value: `"kafka":{"topic":"orders","partition":3,"offset":42,"timestamp":…,"key":"…","headers":[…]}`.
 *  Names, order and rules are those of the envelope: `timestamp` is epoch milliseconds, a null key is absent, a key that is not UTF-8 is base64
 *  and `keyEncoding` says so. */
import { isUtf8 } from 'node:buffer';
import { headersToJson } from '../../../shared/envelope/headers-json.ts';
import { jsonStringBytes, writeJsonString } from '../../../shared/envelope/json-bytes.ts';
import type { OutputBuffer } from '../../../shared/envelope/output-buffer.ts';
import { keyAt, offsetAt, type RecordBlock, type TopicPartition } from '../../../shared/records.ts';
import type { MetadataField } from '../keys/document-keys.ts';

const NEVER: TopicPartition = { topic: '', partition: -1 };

const COMMA = 0x2c;
const CLOSE_BRACE = 0x7d;
const OFFSET = Buffer.from('"offset":');
const TIMESTAMP = Buffer.from('"timestamp":');
const KEY = Buffer.from('"key":');
const HEADERS = Buffer.from('"headers":');

export class MetadataWriter {
  readonly #field: string;
  readonly #fields: ReadonlySet<MetadataField>;
  #tp = NEVER;
  /** All that records of `#tp` have in common: name, brace, topic, partition. */
  #lead = Buffer.alloc(0);

  constructor(field: string, fields: readonly MetadataField[]) {
    this.#field = field;
    this.#fields = new Set(fields);
  }

  /** Appends the member, without a comma before it. */
  append(output: OutputBuffer, block: RecordBlock, index: number): void {
    if (block.topic !== this.#tp.topic || block.partition !== this.#tp.partition) this.#turnTo(block);
    output.append(this.#lead);
    if (this.#fields.has('offset')) {
      output.append(OFFSET);
      output.decimal(offsetAt(block, index));
      output.byte(COMMA);
    }
    if (this.#fields.has('timestamp')) {
      output.append(TIMESTAMP);
      output.decimal(block.timestamps[index] ?? 0);
      output.byte(COMMA);
    }
    const key = this.#fields.has('key') ? keyAt(block, index) : null;
    if (key !== null) {
      output.append(KEY);
      if (isUtf8(key)) appendJsonString(output, key);
      else output.text(`"${key.toString('base64')}","keyEncoding":"base64"`);
      output.byte(COMMA);
    }
    if (this.#fields.has('headers')) {
      output.append(HEADERS);
      output.text(headersToJson(block.headersOf(index)));
      output.byte(COMMA);
    }
    // In place of the last comma.
    if (output.bytes[output.length - 1] === COMMA) output.length--;
    output.byte(CLOSE_BRACE);
  }

  #turnTo({ topic, partition }: TopicPartition): void {
    const members = [
      this.#fields.has('topic') ? `"topic":${JSON.stringify(topic)},` : '',
      this.#fields.has('partition') ? `"partition":${partition},` : '',
    ];
    this.#tp = { topic, partition };
    this.#lead = Buffer.from(`${JSON.stringify(this.#field)}:{${members.join('')}`);
  }
}

/** Appends the JSON string of bytes that are UTF-8. */
function appendJsonString(output: OutputBuffer, text: Uint8Array): void {
  output.reserve(jsonStringBytes(text, 0, text.length));
  output.length = writeJsonString(output.bytes, output.length, text, 0, text.length);
}
