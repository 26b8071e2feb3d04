/** kafkajs' log lines in our logger. */
import type { KafkajsLogger } from 'kafkajs/src/network/connection.js';
import type { Logger } from '../logger.ts';

/** The only fields that pass: kafkajs also hands over whole answers and payloads, which may hold secrets and records. */
const PASSED = ['broker', 'correlationId', 'size', 'error', 'ssl', 'sasl', 'groupId'] as const;

/** Everything kafkajs says arrives at `debug`: what matters to an operator is logged once by the code that handles it. */
export function kafkajsLogger(logger: Logger): KafkajsLogger {
  const log = (message: string, extra: object = {}) => {
    const fields: Record<string, unknown> = {};
    const given = extra as Record<string, unknown>;
    for (const name of PASSED) {
      const value = given[name];
      if (['string', 'number', 'boolean'].includes(typeof value)) fields[name] = value;
    }
    logger.debug(fields, `kafkajs: ${message}`);
  };
  const adapter: KafkajsLogger = { namespace: () => adapter, debug: log, info: log, warn: log, error: log };
  return adapter;
}
