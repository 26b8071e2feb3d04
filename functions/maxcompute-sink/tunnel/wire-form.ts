/** How each type is written. Source: aliyun-odps-java-sdk `com.aliyun.odps.commons.proto.ProtobufRecordStreamWriter`. */
import type { ColumnType } from './column-type.ts';

export const VARINT = 0;
const FIXED_64 = 1;
const DELIMITED = 2;
const FIXED_32 = 5;

/** How a value is written. */
export type Form = 'integer' | 'boolean' | 'float' | 'double' | 'bytes' | 'instant' | 'nested' | 'none';

/** Behind the field number in a tag. */
export const WIRE_TYPES: Record<Form, number> = {
  integer: VARINT,
  boolean: VARINT,
  float: FIXED_32,
  double: FIXED_64,
  bytes: DELIMITED,
  instant: DELIMITED,
  nested: DELIMITED,
  none: DELIMITED,
};

export function formOf({ kind }: ColumnType): Form {
  switch (kind) {
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'date':
    case 'datetime':
    case 'interval_year_month':
      return 'integer';
    case 'boolean':
    case 'float':
    case 'double':
      return kind;
    case 'string':
    case 'char':
    case 'varchar':
    case 'binary':
    case 'json':
    case 'decimal':
      return 'bytes';
    case 'timestamp':
    case 'timestamp_ntz':
    case 'interval_day_time':
      return 'instant';
    case 'array':
    case 'map':
    case 'struct':
      return 'nested';
    case 'other':
      return 'none';
    default:
      return kind satisfies never;
  }
}
