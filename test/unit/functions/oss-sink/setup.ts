/** An OSS writer over an object store in memory. */
import { bodyBuilder } from '../../../../functions/oss-sink/body/body.ts';
import { compressorFor } from '../../../../functions/oss-sink/compress.ts';
import { namingOf, type OssConfig, ossSink } from '../../../../functions/oss-sink/config.ts';
import { contentTypeOf } from '../../../../functions/oss-sink/object-format.ts';
import { ObjectWriter } from '../../../../functions/oss-sink/object-writer.ts';
import { ValueFetcher } from '../../../../functions/oss-sink/value-fetcher.ts';
import { OssWriter } from '../../../../functions/oss-sink/writer.ts';
import { parseConfig } from '../../../../shared/config/parse.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { MemoryStore } from './memory-store.ts';

function ossConfig(raw: Record<string, unknown> = {}): OssConfig {
  const required = { 'oss.bucket': 'example-bucket', 'oss.region': 'cn-hangzhou' };
  return parseConfig(ossSink.keys, ossSink.checks, { ...required, ...raw }).config;
}

export function memorySetup(raw: Record<string, unknown> = {}) {
  const config = ossConfig(raw);
  const store = new MemoryStore();
  const clock = new ManualClock();
  const naming = namingOf(config);
  const body = bodyBuilder(config, () => clock.breath());
  const objects = new ObjectWriter({
    store,
    body,
    compressor: () => compressorFor(config['oss.compression']),
    contentType: contentTypeOf(config['oss.format'], config['oss.compression'], config['oss.csv.header']),
    naming,
  });
  const values = new ValueFetcher('oss-cn-hangzhou.aliyuncs.com', clock);
  const writer = new OssWriter({ store, objects, values, naming, body, clock });
  const context = (leftMs = 60_000) => ({ signal: new AbortController().signal, deadlineAt: clock.now() + leftMs });
  return { store, clock, objects, writer, context, naming, body };
}

/** Name of the object of `orders-0` that begins at `offset`. */
export function nameAt(offset: number, extension = '.jsonl'): string {
  return `orders/0/${String(offset).padStart(20, '0')}${extension}`;
}
