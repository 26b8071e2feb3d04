/** Records in message format 0 or 1 (written before Kafka 0.11, or kept so by `log.message.format.version`). */

import Decoder from 'kafkajs/src/protocol/decoder.js';
import compression from 'kafkajs/src/protocol/message/compression/index.js';
import decodeMessageSet from 'kafkajs/src/protocol/messageSet/decoder.js';
import type { RecordBlock, TimestampType, TopicPartition } from '../../records.ts';
import { BlockBuilder } from './block-builder.ts';
import { CODEC_NAMES, decompress } from './codecs.ts';
import { safeOffset } from './offset.ts';

const LOG_APPEND_TIME = 0x08;

/** kafkajs knows gzip alone; its decoder asks this table. */
function shareCodecs(): void {
  CODEC_NAMES.forEach((name, id) => {
    if (name !== 'none') compression.Codecs[id] = () => ({ decompress: async (bytes) => await decompress(id, bytes) });
  });
}

/** Decodes one run of old messages with kafkajs' decoder, copying keys and values into one buffer per timestamp type.
 *  Messages before `firstOffset` are left out. They have no headers; format 0 has no timestamp either (-1). */
export async function decodeLegacyRun(
  tp: TopicPartition,
  bytes: Buffer,
  firstOffset: number,
): Promise<{ blocks: RecordBlock[]; nextOffset: number }> {
  shareCodecs();
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
