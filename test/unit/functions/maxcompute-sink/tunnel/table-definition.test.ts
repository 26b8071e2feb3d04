import { expect, it } from 'vitest';
import { parseColumnType } from '../../../../../functions/maxcompute-sink/tunnel/column-type.ts';
import {
  addPartitionStatement,
  createTableStatement,
  hintsFor,
} from '../../../../../functions/maxcompute-sink/tunnel/table-definition.ts';

const column = (name: string, type: string) => ({ name, type: parseColumnType(type) });

it('makes a partitioned table', () => {
  const columns = [column('offset', 'bigint'), column('value', 'varchar(9)')];
  const partitionKeys = [column('pt', 'string'), column('ds', 'string')];
  expect(createTableStatement('`p`.`t`', { name: 't', columns, partitionKeys, lifecycleDays: 30 })).toBe(
    'CREATE TABLE IF NOT EXISTS `p`.`t` (\n`offset` bigint,\n`value` varchar(9)\n)\nPARTITIONED BY (\n`pt` string,\n`ds` string\n)\nLIFECYCLE 30',
  );
});

it('makes a table with a primary key', () => {
  const columns = [column('Id', 'bigint'), column('v', 'string')];
  expect(createTableStatement('`p`.`t`', { name: 't', columns, partitionKeys: [], primaryKey: ['id'] })).toBe(
    "CREATE TABLE IF NOT EXISTS `p`.`t` (\n`Id` bigint NOT NULL,\n`v` string,\nPRIMARY KEY (`id`)\n)\nTBLPROPERTIES ('transactional'='true')",
  );
});

it('asks for JSON only where there is some', () => {
  expect(hintsFor([column('a', 'int')])).not.toHaveProperty(['odps.sql.type.json.enable']);
  expect(hintsFor([column('a', 'json')])).toHaveProperty(['odps.sql.type.json.enable'], 'true');
});

it('adds a partition', () => {
  expect(addPartitionStatement('`p`.`t`', [{ name: 'pt', value: "a'b" }])).toBe(
    "ALTER TABLE `p`.`t` ADD IF NOT EXISTS PARTITION (`pt`='a\\'b')",
  );
});
