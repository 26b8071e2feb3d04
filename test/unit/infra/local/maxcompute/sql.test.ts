import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Catalog } from '../../../../../infra/local/maxcompute/catalog.ts';
import { partitionText } from '../../../../../infra/local/maxcompute/partition-spec.ts';
import { runSql } from '../../../../../infra/local/maxcompute/sql/run-sql.ts';
import { temporaryFolder } from '../../../../helpers/temporary-folder.ts';

const ON = { 'odps.sql.type.system.odps2': 'true', 'odps.sql.type.json.enable': 'true' };

let dir: string;
let catalog: Catalog;
beforeEach(async () => {
  dir = await temporaryFolder();
  catalog = new Catalog(dir);
});

const sql = (text: string, hints: Record<string, string> = ON) =>
  runSql(text, { catalog, project: 'proj', now: 1, hints });
const orders = () => {
  const table = catalog.table('orders', undefined);
  if (table === undefined) throw new Error('no table orders');
  return table;
};
const create = (columns = '(id BIGINT, name STRING)', more = 'PARTITIONED BY (pt STRING)') =>
  sql(`CREATE TABLE orders ${columns} ${more};`);

describe('CREATE TABLE', () => {
  it('makes what pyodps asks for', () => {
    sql(
      'CREATE TABLE IF NOT EXISTS proj.`orders` (\nid bigint,\nname string COMMENT "a \'name\'"\n)\nPARTITIONED BY (\npt string\n);',
    );
    sql('CREATE TABLE IF NOT EXISTS proj.`orders` (other bigint);');
    expect(orders().definition).toMatchObject({
      columns: [
        { name: 'id', type: { kind: 'bigint' }, nullable: true },
        { name: 'name', comment: "a 'name'" },
      ],
      partitionKeys: [{ name: 'pt' }],
      schemaVersion: 1,
    });
  });

  it('makes keyed tables', () => {
    sql(
      "CREATE TABLE orders (\nid bigint not null, v string,\n  PRIMARY KEY (`id`)\n)\nTBLPROPERTIES (\n  'transactional' = 'true', 'write.bucket.num'='4'\n) LIFECYCLE 7;",
    );
    expect(orders().definition).toMatchObject({ primaryKey: ['id'], isTransactional: true, buckets: 4, lifecycle: 7 });
  });

  it('takes types with commas in them, and names that are reserved inside of backticks', () => {
    create(
      "(`partition` BIGINT, `offset` BIGINT, m MAP<STRING, ARRAY<DECIMAL(10, 2)>> NOT NULL, c VARCHAR(3) DEFAULT 'x')",
      '',
    );
    expect(orders().definition.columns.map(({ name, nullable }) => [name, nullable])).toEqual([
      ['partition', true],
      ['offset', true],
      ['m', false],
      ['c', true],
    ]);
  });

  it('is there again when the catalog is opened again', () => {
    create();
    sql("ALTER TABLE orders ADD PARTITION (pt='10:00 #1');");
    const table = new Catalog(dir).table('ORDERS', undefined);
    expect(table?.definition).toEqual(orders().definition);
    expect(table?.partitions().map(partitionText)).toEqual(['pt=10:00 #1']);
  });

  it.each([
    ['CREATE TABLE orders (id BIGINT)', 'ODPS-0130161'],
    ['CREATE TABLE orders (id BIGINT); DROP TABLE orders;', 'more than one statement'],
    ['CREATE TABLE orders (partition BIGINT);', "invalid token 'partition'"],
    ['CREATE TABLE orders (offset BIGINT);', "invalid token 'offset'"],
    ['CREATE TABLE orders (id TEXT);', "'text' is not a type"],
    ['CREATE TABLE orders (id BIGINT, ID STRING);', 'id is there twice'],
    ['CREATE TABLE orders (id BIGINT) PARTITIONED BY (id STRING);', 'id is there twice'],
    ['CREATE TABLE other.orders (id BIGINT);', "Project not found - 'other'"],
    ['CREATE TABLE proj.s.orders (id BIGINT);', 'odps.namespace.schema'],
    ["CREATE TABLE orders (id BIGINT, PRIMARY KEY (id)) TBLPROPERTIES ('transactional'='true');", 'NOT NULL'],
    ['CREATE TABLE orders (id BIGINT NOT NULL, PRIMARY KEY (id));', 'transactional'],
    ['CREATE TABLE orders (id BIGINT) LIFECYCLE soon;', 'LIFECYCLE'],
    ['INSERT INTO orders VALUES (1);', 'does not run'],
    ['DROP TABLE orders;', 'ODPS-0130131'],
    ["ALTER TABLE orders ADD PARTITION (pt='a');", 'ODPS-0130131'],
  ])('refuses %s', (statement, message) => {
    expect(() => sql(statement)).toThrow(message);
    expect(catalog.all()).toEqual([]);
  });

  it('wants a switch for new types, and one more for JSON', () => {
    expect(() => sql('CREATE TABLE orders (id INT);', {})).toThrow('odps.sql.type.system.odps2');
    expect(() => sql('CREATE TABLE orders (j JSON);', { 'odps.sql.type.system.odps2': 'true' })).toThrow('json');
    create('(id INT, j JSON)', '');
    expect(() => create()).toThrow('ODPS-0130211');
  });

  it('keeps schemas apart', () => {
    const hints = { 'odps.namespace.schema': 'true', 'odps.default.schema': 'mine' };
    sql('CREATE TABLE proj.s.orders (id BIGINT);', hints);
    sql('CREATE TABLE orders (id BIGINT);', hints);
    sql('CREATE TABLE orders (id BIGINT);');
    expect(catalog.all().map(({ definition }) => definition.schema)).toEqual(['s', 'mine', undefined]);
    expect(catalog.table('orders', 's')?.definition.name).toBe('orders');
  });
});

describe('ALTER TABLE', () => {
  it('adds and drops partitions', () => {
    create();
    sql("ALTER TABLE proj.`orders` ADD IF NOT EXISTS  PARTITION (pt='a') PARTITION (pt='b');");
    sql("ALTER TABLE orders ADD IF NOT EXISTS PARTITION (pt='a');");
    expect(() => sql("ALTER TABLE orders ADD PARTITION (pt='a');")).toThrow('AlreadyExistsException');
    expect(() => sql("ALTER TABLE orders ADD PARTITION (ds='a');")).toThrow('InvalidPartitionSpec');
    expect(() => sql("ALTER TABLE orders ADD PARTITION (pt='é');")).toThrow('InvalidPartitionSpec');
    sql("ALTER TABLE orders DROP IF EXISTS PARTITION (pt='a');");
    sql("ALTER TABLE orders DROP IF EXISTS PARTITION (pt='a');");
    expect(() => sql("ALTER TABLE orders DROP PARTITION (pt='a');")).toThrow('ODPS-0130131');
    expect(orders().partitions().map(partitionText)).toEqual(['pt=b']);
  });

  it('adds columns, which makes another version of the table', () => {
    create();
    sql("ALTER TABLE orders ADD COLUMNS (extra STRING COMMENT 'new', more INT);");
    expect(orders().definition).toMatchObject({
      schemaVersion: 2,
      columns: [{}, {}, { name: 'extra' }, { name: 'more' }],
    });
    expect(() => sql('ALTER TABLE orders ADD COLUMNS (id BIGINT);')).toThrow('id is there twice');
    expect(() => sql('ALTER TABLE orders ADD COLUMNS (x BIGINT NOT NULL);')).toThrow('must take NULL');
  });
});

describe('SELECT', () => {
  const FULL_SCAN = { 'odps.sql.allow.fullscan': 'true' };

  beforeEach(() => {
    create('(topic STRING, `partition` BIGINT, `offset` BIGINT, n DOUBLE)');
    sql("ALTER TABLE orders ADD PARTITION (pt='a') PARTITION (pt='b');");
    const rows = [7, 8, 9].map((offset) => ({ topic: `t"${offset}`, partition: '0', offset: `${offset}`, n: 1 }));
    const far = { topic: 't', partition: '1', offset: '9007199254740993', n: null };
    const lines = [...rows, far].map((row) => `${JSON.stringify(row)}\n`);
    const [a] = orders().partitions();
    if (a !== undefined) appendFileSync(join(orders().partitionFolder(a), 'session-1.jsonl'), lines.join(''));
  });

  it('counts, and finds ends, without losing a digit', () => {
    const columns = 'COUNT(*), MIN(`offset`), MAX(`offset`) AS last, COUNT(n), COUNT(DISTINCT `partition`)';
    expect(sql(`SELECT ${columns} FROM proj.orders WHERE pt = 'a';`)).toBe(
      '"_c0","_c1","last","_c3","_c4"\n4,7,9007199254740993,3,2\n',
    );
    expect(sql("SELECT MAX(topic) FROM orders WHERE pt = 'a' AND `offset` <= 9;")).toBe('"_c0"\n"t""9"\n');
    expect(sql("SELECT COUNT(*), MIN(`offset`) FROM orders WHERE pt = 'b';")).toBe('"_c0","_c1"\n0,\\N\n');
  });

  it.each([
    ['`offset` >= 8 AND `offset` <= 9', 2],
    ['`offset` BETWEEN 8 AND 9 AND `partition` = 0', 2],
    ['`offset` > 9007199254740992', 1],
    ['`offset` < 8', 1],
    [`topic = 't\\"8'`, 1],
    ["topic <> 't'", 3],
    ['`offset` != 7', 3],
  ])('where %s', (condition, count) => {
    expect(sql(`SELECT COUNT(*) FROM orders WHERE pt = 'a' AND ${condition};`)).toBe(`"_c0"\n${count}\n`);
  });

  it('reads all partitions only when it may', () => {
    expect(() => sql('SELECT COUNT(*) FROM orders;')).toThrow('full scan');
    expect(sql('SELECT COUNT(*) FROM orders;', FULL_SCAN)).toBe('"_c0"\n4\n');
  });

  it.each([
    ['SELECT COUNT(*) FROM nowhere;', 'ODPS-0130131'],
    ["SELECT COUNT(nothing) FROM orders WHERE pt = 'a';", 'nothing cannot be resolved'],
    ["SELECT COUNT(*) FROM orders WHERE pt = 'a' AND nothing = 1;", 'nothing cannot be resolved'],
    ["SELECT COUNT(*) FROM orders WHERE pt = 'a' AND offset = 1;", "invalid token 'offset'"],
    ["SELECT COUNT(*) FROM orders WHERE pt = 'a' AND topic = 1;", 'implicit type cast'],
    ["SELECT COUNT(*) FROM orders WHERE pt = 'a' AND `offset` = '1';", 'implicit type cast'],
    ["SELECT COUNT(*) FROM orders WHERE pt = 'a' AND n = 1;", 'whole numbers and strings only'],
    ["SELECT * FROM orders WHERE pt = 'a';", 'COUNT, MIN and MAX only'],
    ["SELECT COUNT(*) FROM orders WHERE pt LIKE 'a';", 'comparison'],
    ['SELECT COUNT(*) FROM orders WHERE pt = a;', 'a value was expected'],
    ["SELECT COUNT(*) FROM orders WHERE pt = 'a", 'invalid token'],
  ])('refuses %s', (statement, message) => {
    expect(() => sql(statement)).toThrow(message);
  });
});
