/** Keys that say which partition of the table a record belongs to. */
import { defineKey } from '../../../shared/config/define-key.ts';
import { jsonPointer, POINTER_EXPECTED } from '../../../shared/json-pointer.ts';
import { timeZoneProblem } from '../../../shared/time-pattern.ts';
import { PARTITION_COLUMN_EXPECTED, partitionColumnComplaint } from '../partition/partition-column.ts';
import { PARTITION_FORMATS, PARTITION_WINDOWS } from '../partition/window-text.ts';

const PARTITIONS = { group: 'MaxCompute partitions' } as const;

const TIME_ZONE_EXPECTED = 'an IANA time zone such as UTC, Asia/Shanghai or Europe/Berlin';

/** Whose time `{window}` and `{timestamp:…}` tell. */
export const PARTITION_SOURCES = ['record-time', 'write-time', 'field'] as const;

export const partitionKeys = {
  'maxcompute.partition.columns': defineKey.list({
    ...PARTITIONS,
    importance: 'MEDIUM',
    displayName: 'Partition columns',
    default: ['pt={window}'],
    expected: PARTITION_COLUMN_EXPECTED,
    check: partitionColumnComplaint,
    doc: 'Partition columns of the table in its order, each with a template of its value: `pt={window}`, or `ds={timestamp:yyyyMMdd},hh={timestamp:HH},region={field:/region}`. `{window}` is the time as `maxcompute.partition.window` and `.format` say, `{timestamp:PATTERN}` the same time in a pattern of your own, `{topic}` and `{partition}` where the record comes from, `{field:/POINTER}` a text or whole number in the JSON value. `none`: the table has no partitions.',
  }),
  'maxcompute.partition.source': defineKey.enum(PARTITION_SOURCES, {
    ...PARTITIONS,
    importance: 'HIGH',
    displayName: 'Time of the partition',
    default: 'record-time',
    doc: 'Which time decides the partition. `record-time`: that of the record in Kafka. `write-time`: the clock when its batch is written, as the managed connector does. `field`: `maxcompute.partition.field`. A record without such a time is errant.',
  }),
  'maxcompute.partition.field': defineKey.string({
    ...PARTITIONS,
    importance: 'MEDIUM',
    displayName: 'Field of the time',
    expected: POINTER_EXPECTED,
    check: (text) => (jsonPointer(text) === undefined ? POINTER_EXPECTED : undefined),
    doc: 'With `maxcompute.partition.source=field`: JSON Pointer to the time in the value, epoch milliseconds or a text such as `2026-11-21 10:15:30` (in `maxcompute.time.zone`) or `2026-11-21T02:15:30Z`.',
  }),
  'maxcompute.partition.window': defineKey.enum(PARTITION_WINDOWS, {
    ...PARTITIONS,
    importance: 'HIGH',
    displayName: 'Partition window',
    consoleName: '分区',
    default: 'HOUR',
    doc: 'How much time one partition holds: a `DAY`, an `HOUR` or a `MINUTE`.',
  }),
  'maxcompute.partition.format': defineKey.enum(PARTITION_FORMATS, {
    ...PARTITIONS,
    importance: 'MEDIUM',
    displayName: 'Partition format',
    default: 'MM-dd-yyyy',
    doc: 'How `{window}` is written: `MM-dd-yyyy` as the managed connector does (`11-21-2026 10` for an hour, `11-21-2026 10:15` for a minute), or `yyyy-MM-dd` (`2026-11-21 10`), which sorts.',
  }),
  'maxcompute.time.zone': defineKey.string({
    ...PARTITIONS,
    importance: 'MEDIUM',
    displayName: 'Time zone',
    consoleName: '时区',
    default: 'Asia/Shanghai',
    expected: TIME_ZONE_EXPECTED,
    check: (name) => (timeZoneProblem(name) === undefined ? undefined : TIME_ZONE_EXPECTED),
    doc: 'Time zone of partitions, and of dates with a time in records that name none. The default is that of the managed connector and of SQL in MaxCompute.',
  }),
};
