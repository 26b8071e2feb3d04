/** From the function of an author to a handler: everything around it is the shell that our own sinks have. */
import type { Clock } from '../clock.ts';
import type { ErrantReporter } from '../errant.ts';
import { createSinkHandler } from '../sink-handler.ts';
import { authorWriter } from './author-writer.ts';
import type { FunctionHandler } from './function-context.ts';
import { logTo, SILENT } from './invocation-log.ts';
import { readRecord } from './read-record.ts';
import type { Content, ReceivedRecord } from './received-record.ts';
import type { SinkFunction } from './sink-function.ts';
import { type ContentKind, checkedOptions, type SinkOptions, type UnreadErrant } from './sink-options.ts';

const AS_BYTES = { key: 'bytes', value: 'bytes' } as const;

/** @throws ConfigError when an option is not what it must be */
export function sinkFromFunction(
  write: SinkFunction<Content, Content>,
  options: SinkOptions<ContentKind, ContentKind>,
  clock: Clock,
): FunctionHandler {
  const { invocationSource, partitionsAtOnce, reserveMs, ...reading } = checkedOptions(options);
  const { reportErrant } = options;
  return (event, context = {}) => {
    const lines = options.logger ?? context.logger ?? SILENT;
    const handler = createSinkHandler({
      writer: authorWriter(write, reading, context, lines),
      userFunction: true,
      keyConverter: reading.key,
      valueConverter: reading.value,
      errantReporter: reportErrant && reporterTo(reportErrant),
      invocationSource,
      partitionsAtOnce,
      reserveMs,
      clock,
      logger: logTo(lines),
    });
    return handler(event, context);
  };
}

function reporterTo(report: (records: readonly UnreadErrant[]) => Promise<void>): ErrantReporter {
  return {
    report: (records) =>
      report(
        records.map(({ block, index, reason: { code, message } }) => ({
          record: readRecord(block, index, AS_BYTES) as ReceivedRecord<Uint8Array, Uint8Array>,
          code,
          message,
        })),
      ),
  };
}
