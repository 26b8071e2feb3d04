/** Keys that say what happens when a record or its target fails. */
import { defineKey } from '../define-key.ts';
import { TOPIC_EXPECTED, topicComplaint } from '../topic-name.ts';

const ERRORS = { group: 'Errors' } as const;
const RETRIES = { group: 'Retries' } as const;

const ERROR_TOPIC = {
  ...ERRORS,
  importance: 'MEDIUM',
  expected: TOPIC_EXPECTED,
  check: topicComplaint,
  derived: {
    text: '`connect-error-<name>`',
    reads: ['name'],
    value: (config: Readonly<Record<string, unknown>>) => `connect-error-${config['name']}`,
  },
} as const;

export const failureKeys = {
  'errors.policy': defineKey.enum(['continue', 'stop'], {
    ...ERRORS,
    importance: 'HIGH',
    displayName: 'On an errant record',
    consoleName: '失败处理',
    aliases: ['errors.tolerance'],
    spellings: { all: 'continue', none: 'stop' },
    default: 'continue',
    doc: 'What follows an errant record: `continue` writes it to the error topic and goes on; `stop` stops its partition there until a person resumes it.',
  }),
  'errors.deadletterqueue.topic.name': defineKey.string({
    ...ERROR_TOPIC,
    displayName: 'Dead letter queue topic',
    consoleName: '死信队列 Topic',
    doc: 'Error topic for records that fail before they reach the sink: conversion, filter, overflow. Never a source topic.',
  }),
  'runtime.error.topic.name': defineKey.string({
    ...ERROR_TOPIC,
    displayName: 'Error data topic',
    consoleName: '异常数据 Topic',
    doc: 'Error topic for records that the sink refuses. May be the dead letter queue topic; never a source topic.',
  }),
  'errors.retry.timeout': defineKey.long({
    ...RETRIES,
    importance: 'MEDIUM',
    displayName: 'Retry timeout',
    min: -1,
    unit: 'ms',
    default: -1,
    doc: 'How long a target that cannot be reached is tried again before the task fails; -1 for ever. Its records never become errant.',
  }),
  retries: defineKey.int({
    ...RETRIES,
    importance: 'MEDIUM',
    displayName: 'Retries',
    consoleName: '重试次数',
    min: 0,
    default: 2,
    doc: 'How often a batch is sent again that a function of your own failed, before it is cut up to find the records to blame; how often such a record alone is tried again before it is errant; how often a record is sent again that the function answers `retry` for. Targets that cannot be reached do not count here.',
  }),
  'retry.backoff.ms': defineKey.long({
    ...RETRIES,
    importance: 'LOW',
    displayName: 'First wait',
    min: 1,
    unit: 'ms',
    default: 100,
    doc: 'Upper end of the wait before the first retry. It doubles from retry to retry, and each wait is drawn at random below it.',
  }),
  'retry.backoff.max.ms': defineKey.long({
    ...RETRIES,
    importance: 'LOW',
    displayName: 'Longest wait',
    min: 1,
    unit: 'ms',
    default: 30_000,
    doc: 'Upper end of the wait before any retry.',
  }),
};
