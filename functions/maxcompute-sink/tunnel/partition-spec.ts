/** One partition of a table: the value of each of its partition columns, in their order. */
export type PartitionSpec = readonly { readonly name: string; readonly value: string }[];

/** As the tunnel takes it, and as a person reads it: `pt=a,ds=b`, without quotes. */
export function partitionText(spec: PartitionSpec): string {
  return spec.map(({ name, value }) => `${name}=${value}`).join(',');
}

/** As the service takes it in a query: `pt='a',ds='b'`. */
export function quotedPartition(spec: PartitionSpec): string {
  return spec.map(({ name, value }) => `${name}=${sqlText(value)}`).join(',');
}

/** As SQL takes it behind PARTITION: `` (`pt`='a',`ds`='b') ``. */
export function sqlPartition(spec: PartitionSpec): string {
  return `(${spec.map(({ name, value }) => `${sqlName(name)}=${sqlText(value)}`).join(',')})`;
}

/** A name in a statement; quoted always, for `partition` and `offset` are reserved words. */
export function sqlName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A text in a statement. */
export function sqlText(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
