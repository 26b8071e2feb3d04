/** Keys that say how records are batched and how a batch reaches its sink. */
import type { SinkDefaults } from '../../sink.ts';
import { defaultOf, defineKey } from '../define-key.ts';
import { Refusal } from '../schemas.ts';

const CALL = { group: 'Call' } as const;
const BATCH = { group: 'Batch' } as const;

const KIB = 1024;
const MIB = 1024 * KIB;
/** What Function Compute takes in one synchronous and one asynchronous call. */
const SYNC_MAX_BYTES = 6 * MIB;
const ASYNC_MAX_BYTES = 128 * KIB;
const IN_PROCESS_MAX_BYTES = 64 * MIB;
/** Bytes that close a batch when it crosses a wire. */
const WIRE_BATCH_BYTES = 5 * MIB;
/** Room for the envelope of an overflowed record under the longest topic name. */
const LEAST_MAX_BYTES = 512;

const TARGETS = ['in-process', 'http', 'fc'] as const;

const URL_EXPECTED = 'an http:// or https:// URL';

function readUrl(text: string): string | Refusal {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return new Refusal(URL_EXPECTED);
  if (url.username !== '' || url.password !== '') {
    return new Refusal(`${URL_EXPECTED} without user and password; use invoke.http.authorization for those`, false);
  }
  return url.href;
}

/** Keys of a sink with these defaults. */
export function invokeKeys(defaults: SinkDefaults) {
  const maxBytes = defaultMaxBytes(defaults);
  return {
    'invoke.target': defineKey.enum(TARGETS, {
      ...CALL,
      importance: 'HIGH',
      displayName: 'Where the sink runs',
      default: defaults.invokeTarget,
      doc: 'Where the function runs that a batch is handed to: in this process (`in-process`; a function of your own by `invoke.module`), at any URL (`http`), or at Function Compute (`fc`, by the keys that begin with `fc.`).',
    }),
    'invoke.mode': defineKey.enum(['sync', 'async'], {
      ...CALL,
      importance: 'MEDIUM',
      displayName: 'Send mode',
      consoleName: '发送模式',
      default: 'sync',
      doc: 'Whether the function is waited for. `async` needs `invoke.target=fc`; written then means accepted by its durable queue, and nobody reads what the function answers.',
    }),
    'invoke.module': defineKey.string({
      ...CALL,
      importance: 'MEDIUM',
      refersTo: 'module',
      displayName: 'Module',
      expected: 'path of a JavaScript file',
      doc: 'Only for `fc-sink` with `invoke.target=in-process`: the ES module or CommonJS file whose `handler(event, context)` gets the envelopes. A relative path starts at the folder of the connector file. Changes to the file take effect with the next start.',
    }),
    'invoke.http.url': defineKey.parsed(readUrl, {
      ...CALL,
      importance: 'HIGH',
      refersTo: 'address',
      displayName: 'URL',
      expected: URL_EXPECTED,
      doc: 'Where envelopes are posted to with `invoke.target=http`.',
    }),
    'invoke.http.authorization': defineKey.password({
      ...CALL,
      importance: 'MEDIUM',
      displayName: 'Authorization header',
      doc: 'Whole value of the `Authorization` header of each call with `invoke.target=http`, for example `Bearer ...`.',
    }),
    'invoke.timeout.ms': defineKey.long({
      ...CALL,
      importance: 'MEDIUM',
      displayName: 'Call timeout',
      min: 1,
      unit: 'ms',
      default: 60_000,
      doc: 'How long one call may take. A call that takes longer counts as failed, and its records are sent again. With `invoke.target=fc` and `invoke.mode=sync` at most 240,000; above the time that the function itself has, or it still runs when its records are sent again.',
    }),
    'invoke.max.bytes': defineKey.int({
      ...CALL,
      importance: 'MEDIUM',
      displayName: 'Largest call',
      min: LEAST_MAX_BYTES,
      unit: 'bytes',
      derived: {
        text: maxBytes.text,
        reads: ['invoke.target', 'invoke.mode'],
        value: maxBytes.value,
      },
      doc: 'Bytes of an encoded envelope that are never passed. A record that alone is larger overflows (`overflow.policy`).',
    }),
    'batch.bytes': defineKey.int({
      ...BATCH,
      importance: 'MEDIUM',
      displayName: 'Batch bytes',
      min: 1,
      unit: 'bytes',
      derived: {
        text: `${batchBytesText(defaults)}; at most \`invoke.max.bytes\``,
        reads: ['invoke.target', 'invoke.max.bytes'],
        value: (config) =>
          Math.min(
            defaults.batchBytes,
            config['invoke.target'] === 'in-process' ? Number.POSITIVE_INFINITY : WIRE_BATCH_BYTES,
            Number(config['invoke.max.bytes']),
          ),
      },
      doc: 'Encoded bytes that close a batch. At most `invoke.max.bytes`.',
    }),
    'batch.size': defineKey.int({
      ...BATCH,
      importance: 'HIGH',
      displayName: 'Batch size',
      consoleName: '发送批大小',
      min: 1,
      unit: 'records',
      default: defaults.batchSize,
      doc: 'Records that close a batch.',
    }),
    'linger.ms': defineKey.long({
      ...BATCH,
      importance: 'HIGH',
      displayName: 'Batch age',
      min: 0,
      unit: 'ms',
      default: defaults.lingerMs,
      doc: 'Age that closes a batch, from its first record on.',
    }),
    'max.in.flight.batches': defineKey.int({
      ...BATCH,
      importance: 'LOW',
      displayName: 'Batches in flight',
      min: 1,
      ...defaultOf(defaults.maxInFlightBatches),
      doc: 'Batches of one partition that are under way at once. With more than 1 they may arrive out of order.',
    }),
  };
}

/** Default of `invoke.max.bytes`: the sink's own where it usually runs, else what that way of calling takes. */
function defaultMaxBytes({ invokeTarget, invokeMaxBytes }: SinkDefaults) {
  const inProcess = invokeTarget === 'in-process' ? invokeMaxBytes : IN_PROCESS_MAX_BYTES;
  const sync = invokeTarget === 'in-process' ? SYNC_MAX_BYTES : invokeMaxBytes;
  return {
    text: `${inMib(inProcess)} in-process, ${inMib(sync)} sync, ${ASYNC_MAX_BYTES / KIB} KiB async`,
    value: (config: Readonly<Record<string, unknown>>) => {
      if (config['invoke.mode'] === 'async') return ASYNC_MAX_BYTES;
      return config['invoke.target'] === 'in-process' ? inProcess : sync;
    },
  };
}

function batchBytesText({ batchBytes }: SinkDefaults): string {
  return batchBytes <= WIRE_BATCH_BYTES
    ? inMib(batchBytes)
    : `${inMib(batchBytes)} in-process, else ${inMib(WIRE_BATCH_BYTES)}`;
}

function inMib(bytes: number): string {
  return `${bytes / MIB} MiB`;
}
