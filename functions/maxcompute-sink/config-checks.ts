/** Rules over several keys of the MaxCompute sink: what the service would refuse later, or what has no meaning, is refused here. */
import { type CrossCheck, crossCheck } from '../../shared/config/definition.ts';
import type { ConfigProblem } from '../../shared/errors.ts';
import { maxcomputeKeys as keys, type MaxComputeConfig } from './keys/maxcompute-keys.ts';
import { NO_PARTITIONS, partitionColumns, tellsTime } from './partition/partition-column.ts';

type Key = keyof typeof keys;

/** Levels of partitions, at most. Source: https://www.alibabacloud.com/help/en/maxcompute/product-overview/partition */
const MOST_PARTITION_COLUMNS = 6;

function when(wrong: boolean, key: Key, message: string): readonly ConfigProblem[] {
  return wrong ? [{ key, message }] : [];
}

const credentialChecks = [
  crossCheck(keys, ['maxcompute.access.id', 'maxcompute.access.key', 'maxcompute.security.token'], (config) => {
    const hasId = config['maxcompute.access.id'] !== undefined;
    const hasKey = config['maxcompute.access.key'] !== undefined;
    const together = 'is given, and the two belong together';
    if (hasId !== hasKey) {
      const [missing, given] = hasId
        ? (['maxcompute.access.key', 'maxcompute.access.id'] as const)
        : (['maxcompute.access.id', 'maxcompute.access.key'] as const);
      return when(true, missing, `is missing: ${given} ${together}`);
    }
    return when(
      !hasId && config['maxcompute.security.token'] !== undefined,
      'maxcompute.security.token',
      'is of no use without maxcompute.access.id and maxcompute.access.key',
    );
  }),
];

const formatChecks = [
  crossCheck(keys, ['maxcompute.format', 'maxcompute.mode'], (config) => {
    const format = config['maxcompute.format'];
    return when(
      config['maxcompute.mode'] === 'DEFAULT' && (format === 'CSV' || format === 'JSON' || format === 'FLATTEN'),
      'maxcompute.mode',
      `DEFAULT writes key and value, and ${format} fills columns from one of them; use VALUE or KEY`,
    );
  }),
  crossCheck(keys, ['maxcompute.format', 'maxcompute.csv.delimiter'], (config) =>
    when(
      config['maxcompute.format'] !== 'CSV' && config['maxcompute.csv.delimiter'] !== ',',
      'maxcompute.csv.delimiter',
      `has no meaning with maxcompute.format=${config['maxcompute.format']}; remove it or use CSV`,
    ),
  ),
  crossCheck(keys, ['maxcompute.format', 'maxcompute.flatten.unknown'], (config) =>
    when(
      config['maxcompute.format'] !== 'FLATTEN' && config['maxcompute.flatten.unknown'] !== 'errant',
      'maxcompute.flatten.unknown',
      `has no meaning with maxcompute.format=${config['maxcompute.format']}; remove it or use FLATTEN`,
    ),
  ),
  crossCheck(keys, ['maxcompute.create.table', 'maxcompute.format'], (config) => {
    const format = config['maxcompute.format'];
    return when(
      config['maxcompute.create.table'] === 'create' && (format === 'CSV' || format === 'FLATTEN'),
      'maxcompute.create.table',
      `create is not possible with maxcompute.format=${format}: only you know its columns; use none and create the table`,
    );
  }),
  crossCheck(keys, ['maxcompute.create.table', 'maxcompute.write.mode'], (config) =>
    when(
      config['maxcompute.create.table'] === 'create' && config['maxcompute.write.mode'] === 'upsert',
      'maxcompute.create.table',
      'creates tables without a primary key, which upsert needs; use none and create the table',
    ),
  ),
];

const partitionChecks = [
  crossCheck(keys, ['maxcompute.partition.columns'], (config) => {
    const entries = config['maxcompute.partition.columns'];
    const key = 'maxcompute.partition.columns';
    if (entries.includes(NO_PARTITIONS)) {
      return when(entries.length > 1, key, `${NO_PARTITIONS} stands beside columns; keep one of the two`);
    }
    const names = partitionColumns(entries).map(({ name }) => name.toLowerCase());
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) return when(true, key, `names the column ${twice} twice`);
    return when(
      names.length > MOST_PARTITION_COLUMNS,
      key,
      `names ${names.length} columns; a table has ${MOST_PARTITION_COLUMNS} levels of partitions at most`,
    );
  }),
  crossCheck(keys, ['maxcompute.partition.source', 'maxcompute.partition.field'], (config) => {
    const source = config['maxcompute.partition.source'];
    const isGiven = config['maxcompute.partition.field'] !== undefined;
    return source === 'field'
      ? when(!isGiven, 'maxcompute.partition.field', 'is required with maxcompute.partition.source=field')
      : when(
          isGiven,
          'maxcompute.partition.field',
          `has no meaning with maxcompute.partition.source=${source}; remove it or use field`,
        );
  }),
  crossCheck(keys, ['maxcompute.partition.columns', 'maxcompute.partition.source'], (config) => {
    const source = config['maxcompute.partition.source'];
    const isTimed = partitionColumns(config['maxcompute.partition.columns']).some(tellsTime);
    return when(
      !isTimed && source !== 'record-time',
      'maxcompute.partition.source',
      `is ${source}, but no partition column tells a time; remove it, or use {window} or {timestamp:PATTERN} in maxcompute.partition.columns`,
    );
  }),
];

export const maxcomputeChecks: readonly CrossCheck<MaxComputeConfig>[] = [
  ...credentialChecks,
  ...formatChecks,
  ...partitionChecks,
];
