/** What kafkajs' own decoders give for the same bytes. */
import { createRequire } from 'node:module';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import decodeMessageSet from 'kafkajs/src/protocol/messageSet/decoder.js';
import { decompress } from '../../../shared/kafka/wire/codecs.ts';
import { entriesIn } from './mutations.ts';
import { RECORDS_AT } from './valid-batches.ts';

export interface KafkajsRecord {
  readonly offset: string;
  readonly timestamp?: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Headers of one name are merged into a list. */
  readonly headers?: Readonly<Record<string, Buffer | null | (Buffer | null)[]>>;
}

const require = createRequire(import.meta.url);
const decodeBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder.js') as (
  decoder: Decoder,
) => Promise<{ records: KafkajsRecord[] }>;

const CODEC = 0x07;
const CONTROL = 0x20;

/** Records of one entry after the other, without those of control batches. Stop asking where one's own decoder stopped: kafkajs follows a
 *  damaged count without bound. */
export async function* kafkajsReads(bytes: Buffer): AsyncGenerator<readonly KafkajsRecord[]> {
  for (const { start, end } of entriesIn(bytes)) {
    const entry = bytes.subarray(start, end);
    if ((entry[16] ?? 0) < 2) yield await decodeMessageSet(new Decoder(entry), entry.length);
    else if ((entry.readInt16BE(21) & CONTROL) === 0)
      yield (await decodeBatch(new Decoder(await unpacked(entry)))).records;
  }
}

/** Only gzip comes with kafkajs. */
async function unpacked(batch: Buffer): Promise<Buffer> {
  const codecId = batch.readInt16BE(21) & CODEC;
  if (codecId === 0) return batch;
  const plain = Buffer.concat([batch.subarray(0, RECORDS_AT), await decompress(codecId, batch.subarray(RECORDS_AT))]);
  plain.writeInt32BE(plain.length - 12, 8);
  plain.writeInt16BE(plain.readInt16BE(21) & ~CODEC, 21);
  return plain;
}
