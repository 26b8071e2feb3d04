/** Which partition of a table is meant. */
import { MaxComputeError } from './errors.ts';
import type { Column } from './table-column.ts';

/** A value for each partition column, in the table's order. Empty for tables without partitions. */
export type PartitionSpec = readonly { readonly name: string; readonly value: string }[];

const MOST_VALUE_BYTES = 255;

const refused = (message: string): MaxComputeError => new MaxComputeError(400, 'InvalidPartitionSpec', message);

/** `pt=a,ds=b`: how the tunnel and this stand-in's folders spell it. */
export function partitionText(spec: PartitionSpec): string {
  return spec.map(({ name, value }) => `${name}=${value}`).join(',');
}

/** Takes a value out of its quotes. The service endpoint wants them, the tunnel endpoint wants none. */
function plainValue(text: string, isQuoted: boolean): string {
  const inner = /^'([^']*)'$|^"([^"]*)"$/.exec(text);
  if ((inner !== null) !== isQuoted)
    throw refused(`The partition value ${text} must ${isQuoted ? '' : 'not '}be quoted.`);
  return inner === null ? text : (inner[1] ?? inner[2] ?? '');
}

/** Puts values into the table's order and checks them.
 *  @throws MaxComputeError `MissingPartitionSpec`, `InvalidPartitionSpec` */
export function orderedSpec(values: ReadonlyMap<string, string>, keys: readonly Column[]): PartitionSpec {
  if (values.size === 0 && keys.length > 0) {
    throw new MaxComputeError(
      400,
      'MissingPartitionSpec',
      'The table is partitioned and the request names no partition.',
    );
  }
  const names = keys.map(({ name }) => name);
  const unknown = [...values.keys()].filter((name) => !names.includes(name));
  if (unknown.length > 0 || values.size < names.length) {
    throw refused(`The table has the partition columns [${names}], the request names [${[...values.keys()]}].`);
  }
  return keys.map(({ name, type }) => {
    const value = values.get(name) ?? '';
    if (value === '') throw refused(`The value of ${name} is empty.`);
    if (['tinyint', 'smallint', 'int', 'bigint'].includes(type.kind) && !/^-?\d+$/.test(value)) {
      throw refused(`The value of ${name} is no ${type.kind}: ${value}`);
    }
    return { name, value };
  });
}

/** Reads the parameter `partition`, quoted or not.
 *  @throws MaxComputeError `MissingPartitionSpec`, `InvalidPartitionSpec` */
export function readPartition(text: string | undefined, keys: readonly Column[], isQuoted: boolean): PartitionSpec {
  const values = new Map<string, string>();
  for (const part of text === undefined || text === '' ? [] : text.split(',')) {
    const equals = part.indexOf('=');
    if (equals < 1) throw refused(`The partition '${text}' is not name=value,…`);
    values.set(part.slice(0, equals).trim().toLowerCase(), plainValue(part.slice(equals + 1).trim(), isQuoted));
  }
  return orderedSpec(values, keys);
}

/** Refuses values that no new partition may have. Source: the help page "Partition", section "Limits".
 *  @throws MaxComputeError `InvalidPartitionSpec` */
export function checkNewPartition(spec: PartitionSpec): void {
  for (const { name, value } of spec) {
    if (!/^[A-Za-z0-9 :_$#.!@\-+]*$/.test(value) || Buffer.byteLength(value) > MOST_VALUE_BYTES) {
      throw refused(`The value of ${name} has characters that partitions may not have, or more than 255: ${value}`);
    }
  }
}
