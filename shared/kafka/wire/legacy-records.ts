/** Records in message format 0 or 1 (written before Kafka 0.11, or kept so by `log.message.format.version`). */
import { crc32 } from 'node:zlib';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import compression from 'kafkajs/src/protocol/message/compression/index.js';
import decodeMessageSet from 'kafkajs/src/protocol/messageSet/decoder.js';
import type { RecordBlock, TimestampType, TopicPartition } from '../../records.ts';
import { BlockBuilder } from './block-builder.ts';
import { CODEC_NAMES, decompress } from './codecs.ts';
import { safeOffset } from './offset.ts';

const LOG_APPEND_TIME = 0x08;

/** kafkajs knows gzip alone; its decoder asks this table. Messages that were compressed together are checked before it reads them: it would
 *  follow a negative size backwards, and drop what it cannot read. */
function shareCodecs(): void {
  CODEC_NAMES.forEach((name, id) => {
    if (name === 'none') return;
    const opened = async (bytes: Buffer) => {
      const messages = await decompress(id, bytes);
      checkMessages(messages);
      return messages;
    };
    compression.Codecs[id] = () => ({ decompress: opened });
  });
}

const CRC_AT = 12;
/** First byte the checksum of a message covers; the format is that byte. */
const CHECKED_AT = 16;
/** Where the key's length is, by format. */
const KEY_AT = [18, 26];

/** kafkajs looks at no checksum, takes lengths for right, and drops what it then cannot read.
 *  @throws Error at the first message that does not fit, or whose checksum is another */
function checkMessages(run: Buffer): void {
  for (let at = 0; at < run.length; ) {
    const end = at + CRC_AT + run.readInt32BE(at + 8);
    const keyAt = KEY_AT[run.readUInt8(at + CHECKED_AT)];
    if (keyAt === undefined) throw new Error('messages that were compressed together are of another format');
    const valueAt = at + keyAt + 4 + bytesOf(run.readInt32BE(at + keyAt));
    if (valueAt + 4 > end || end > run.length || valueAt + 4 + bytesOf(run.readInt32BE(valueAt)) !== end)
      throw new Error('a message of an old format has lengths that do not fit');
    if (crc32(run.subarray(at + CHECKED_AT, end)) !== run.readUInt32BE(at + CRC_AT))
      throw new Error('a message of an old format has another CRC-32');
    at = end;
  }
}

/** Bytes behind a length; -1 means null.
 *  @throws RangeError when it is none */
function bytesOf(length: number): number {
  if (length < -1) throw new RangeError('a length below -1');
  return Math.max(length, 0);
}

/** Decodes one run of old messages with kafkajs' decoder, copying keys and values into one buffer per timestamp type.
 *  Messages before `firstOffset` are left out. They have no headers; format 0 has no timestamp either (-1). */
export async function decodeLegacyRun(
  tp: TopicPartition,
  bytes: Buffer,
  firstOffset: number,
): Promise<{ blocks: RecordBlock[]; nextOffset: number }> {
  shareCodecs();
  checkMessages(bytes);
  const messages = await decodeMessageSet(new Decoder(bytes), bytes.length);
  const wanted = messages
    .map((m) => ({ ...m, offset: safeOffset(Number(m.offset)) }))
    .filter((m) => m.offset >= firstOffset);
  const size = wanted.reduce((sum, m) => sum + (m.key?.length ?? 0) + (m.value?.length ?? 0), 0);
  const copy = Buffer.allocUnsafe(size);
  const blocks: RecordBlock[] = [];
  let builder: BlockBuilder | undefined;
  let at = 0;
  const put = (part: Buffer | null): [number, number] => {
    if (part === null) return [-1, -1];
    const start = at;
    at += part.copy(copy, at);
    return [start, at];
  };
  const flush = () => {
    const block = builder?.build();
    if (block !== undefined) blocks.push(block);
  };
  for (const message of wanted) {
    const type: TimestampType = (message.attributes & LOG_APPEND_TIME) === 0 ? 'CreateTime' : 'LogAppendTime';
    if (builder?.timestampType !== type) {
      flush();
      builder = new BlockBuilder(tp, copy, type, wanted.length);
    }
    const [keyStart, keyEnd] = put(message.key);
    const [valueStart, valueEnd] = put(message.value);
    builder.add(message.offset, Number(message.timestamp ?? -1), keyStart, keyEnd, valueStart, valueEnd, -1);
  }
  flush();
  const last = messages.at(-1);
  return {
    blocks,
    nextOffset: last === undefined ? firstOffset : Math.max(safeOffset(Number(last.offset)) + 1, firstOffset),
  };
}
