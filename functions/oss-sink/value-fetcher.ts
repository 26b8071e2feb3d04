/** Fetches values that were stored before their record was sent (claim check), and puts them back into the record. */
import { Agent, buildConnector, request } from 'undici';
import type { Clock } from '../../shared/clock.ts';
import { type ErrorContext, RecordError, RetriableError } from '../../shared/errors.ts';
import {
  BOUNDS_STRIDE,
  HEADERS_AT,
  KEY_END,
  KEY_START,
  keyAt,
  type Overflow,
  offsetAt,
  type RecordBlock,
  VALUE_END,
  VALUE_START,
} from '../../shared/records.ts';
import { VALUE_DIGEST, valueDigest } from '../../shared/value-digest.ts';
import { classify } from './classify.ts';
import { readReply, readThrown } from './oss-failure.ts';

/** No Kafka record is that large; a claim of more is a mistake or an attack. */
const MAX_VALUE_BYTES = 512 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
const SERVICE_DOMAIN = '.aliyuncs.com';

export class ValueFetcher {
  readonly #ownHost: string;
  readonly #clock: Clock;
  readonly #agent: Agent;

  /** `ownHost`: host name of the sink's endpoint. A reference may lead there, to the service's own domain, and nowhere else: the
   *  event comes from outside, and this function may stand in a network that its sender cannot reach.
   *  @param dial how connections are opened */
  constructor(ownHost: string, clock: Clock, dial: typeof buildConnector = buildConnector) {
    this.#agent = new Agent({
      connect: dial({ timeout: CONNECT_TIMEOUT_MS }),
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#ownHost = ownHost;
    this.#clock = clock;
  }

  /** A block of one record: record `index` of `block`, whole.
   *  @throws RecordError `OSS_VALUE_REF_REFUSED`, `OSS_VALUE_GONE`, `OSS_VALUE_DIFFERS`; RetriableError when it may come later */
  async whole(
    block: RecordBlock,
    index: number,
    overflow: Overflow,
    valueRef: string,
    signal: AbortSignal,
  ): Promise<RecordBlock> {
    const context = { topic: block.topic, partition: block.partition, offset: offsetAt(block, index) };
    const value = await this.#fetch(valueRef, overflow.valueSize, context, signal);
    return withValue(block, index, value);
  }

  #allowed(valueRef: string, context: ErrorContext): URL {
    const url = URL.canParse(valueRef) ? new URL(valueRef) : undefined;
    const known =
      url !== undefined &&
      (url.hostname === this.#ownHost ||
        url.hostname.endsWith(SERVICE_DOMAIN) ||
        url.hostname.endsWith(`.${this.#ownHost}`));
    if (url !== undefined && known && /^https?:$/.test(url.protocol)) return url;
    throw new RecordError(
      'OSS_VALUE_REF_REFUSED',
      `valueRef is no http URL of the endpoint's host or of *${SERVICE_DOMAIN}; values are fetched from nowhere else`,
      { context },
    );
  }

  async #fetch(valueRef: string, size: number, context: ErrorContext, signal: AbortSignal): Promise<Buffer> {
    const url = this.#allowed(valueRef, context);
    if (size > MAX_VALUE_BYTES) throw differs(`valueSize ${size} is more than ${MAX_VALUE_BYTES} bytes`, context);
    const chunks: Buffer[] = [];
    let length = 0;
    let digest: unknown;
    // Never `valueRef` itself: it is signed.
    const where = {
      action: 'GetObject (valueRef)',
      bucket: 'of the claim check',
      endpoint: url.hostname,
      region: '-',
      context,
    };
    try {
      const reply = await request(url, { dispatcher: this.#agent, signal });
      if (reply.statusCode !== 200) {
        const body = Buffer.from(await reply.body.arrayBuffer());
        const failure = readReply({ status: reply.statusCode, headers: reply.headers, body }, this.#clock.now());
        const error = classify(failure, where);
        if (error instanceof RetriableError && error.code !== 'OSS_OBJECT_GONE') throw error;
        throw new RecordError('OSS_VALUE_GONE', `the stored value cannot be read any more: ${error.message}`, {
          context,
        });
      }
      digest = reply.headers[`x-oss-meta-${VALUE_DIGEST}`];
      for await (const chunk of reply.body as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > size) break;
        chunks.push(chunk);
      }
    } catch (error) {
      if (error instanceof RecordError || error instanceof RetriableError) throw error;
      throw classify(readThrown(error, signal.aborted), where);
    }
    const value = Buffer.concat(chunks);
    if (length !== size)
      throw differs(`${length > size ? 'more than ' : ''}${value.length} bytes came, valueSize says ${size}`, context);
    if (typeof digest === 'string' && digest !== valueDigest(value))
      throw differs('its digest is another one', context);
    return value;
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function differs(what: string, context: ErrorContext): RecordError {
  return new RecordError('OSS_VALUE_DIFFERS', `the stored value is not the one of this record: ${what}`, { context });
}

/** Record `index` of `block` with `value` in place, in a block of its own. */
function withValue(block: RecordBlock, index: number, value: Buffer): RecordBlock {
  const key = keyAt(block, index);
  const bytes = key === null ? value : Buffer.concat([key, value]);
  const bounds = new Int32Array(BOUNDS_STRIDE).fill(-1);
  if (key !== null) {
    bounds[KEY_START] = 0;
    bounds[KEY_END] = key.length;
  }
  bounds[VALUE_START] = bytes.length - value.length;
  bounds[VALUE_END] = bytes.length;
  bounds[HEADERS_AT] = block.bounds[index * BOUNDS_STRIDE + HEADERS_AT] ?? -1;
  return {
    topic: block.topic,
    partition: block.partition,
    count: 1,
    bytes,
    offsets: block.offsets.slice(index, index + 1),
    timestamps: block.timestamps.slice(index, index + 1),
    timestampType: block.timestampType,
    bounds,
    headersOf: () => block.headersOf(index),
  };
}
