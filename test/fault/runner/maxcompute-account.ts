import type { ConnectorSpec } from './topology.ts';

/** Keys of the stand-in; they open nothing else. */
export const MAXCOMPUTE_KEYS = { accessId: 'fault-key', accessKey: 'fault-secret' };
export const PROJECT = 'fault_project';

/** Table that a connector writes to. */
export const tableOf = ({ name }: Pick<ConnectorSpec, 'name'>): string => name.replaceAll('-', '_');

const FROM_KAFKA = 'topic STRING, `partition` BIGINT, `offset` BIGINT, value STRING, insert_time BIGINT';

/** What stands in `CREATE TABLE`, by name. */
export const TABLES: Readonly<Record<string, string>> = {
  rows_once: `(key STRING, ${FROM_KAFKA}) PARTITIONED BY (pt STRING)`,
  rows_apart: `(key STRING, ${FROM_KAFKA}) PARTITIONED BY (pt STRING)`,
  rows_keyed: `(key STRING NOT NULL, ${FROM_KAFKA}, PRIMARY KEY (key)) TBLPROPERTIES ('transactional'='true')`,
};
