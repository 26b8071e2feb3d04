/** What the service endpoint tells of the project, its tables and their partitions. */
import { httpTime } from '../oss/request-time.ts';
import { element } from '../oss/xml.ts';
import { noSuchPartition } from './errors.ts';
import { partitionText, readPartition } from './partition-spec.ts';
import { emptyReply, textReply, xmlReply } from './reply.ts';
import { addressedTable, type Operation } from './service.ts';
import type { Table } from './table.ts';
import { columnAnswer } from './table-column.ts';

const OWNER = 'ALIYUN$local';
const PAGE = 1000;

export const getProject: Operation = ({ project }) =>
  xmlReply(
    element('Project', [
      element('Name', project),
      element('Type', 'managed'),
      element('Comment', ''),
      element('State', 'AVAILABLE'),
      element('Owner', OWNER),
      element('Properties', []),
    ]),
  );

/** Where the tunnel is: a host and a port, without a scheme. */
export const findTunnel: Operation = ({ authority }) => textReply(authority);

/** Clients send what they did; nobody reads it. */
export const takeLog: Operation = () => emptyReply();

const seconds = (epochMs: number): number => Math.floor(epochMs / 1000);

function tableSchema({ definition }: Table): object {
  const { columns, partitionKeys, createdAt, modifiedAt, lifecycle } = definition;
  return {
    columns: columns.map((column, index) => columnAnswer(column, index, 'service')),
    partitionKeys: partitionKeys.map((column, index) => columnAnswer(column, index, 'service')),
    comment: '',
    createTime: seconds(createdAt),
    lastDDLTime: seconds(modifiedAt),
    lastModifiedTime: seconds(modifiedAt),
    lifecycle,
    isVirtualView: false,
    recordNum: -1,
    size: 0,
    shardExist: false,
    owner: OWNER,
  };
}

/** `Reserved` is JSON inside of JSON, as the service has it. */
function extendedSchema({ definition }: Table): object {
  const { schemaVersion, isTransactional, primaryKey, buckets } = definition;
  const reserved = {
    schema_version: String(schemaVersion),
    Transactional: String(isTransactional),
    PrimaryKey: primaryKey,
    ...(primaryKey.length > 0 ? { BucketNum: buckets } : {}),
  };
  return { IsArchived: false, PhysicalSize: 0, FileNum: 0, Reserved: JSON.stringify(reserved) };
}

export const getTable: Operation = (service, request, target) => {
  const table = addressedTable(service, request, target);
  const { name, id, createdAt } = table.definition;
  const schema = request.query.has('extended') ? extendedSchema(table) : tableSchema(table);
  return xmlReply(
    element('Table', [
      element('Name', name),
      element('TableId', id),
      element('Schema', JSON.stringify(schema), { format: 'Json' }),
      element('Comment', ''),
      element('Owner', OWNER),
      element('TableLabel', ''),
      element('Type', 'MANAGED_TABLE'),
      element('CreationTime', httpTime(createdAt)),
    ]),
  );
};

export const getPartition: Operation = (service, request, target) => {
  const table = addressedTable(service, request, target);
  const spec = readPartition(request.query.get('partition'), table.definition.partitionKeys, true);
  if (!table.hasPartition(spec)) throw noSuchPartition();
  const { createdAt } = table.definition;
  const facts = {
    createTime: seconds(createdAt),
    lastDDLTime: seconds(createdAt),
    lastModifiedTime: seconds(createdAt),
    partitionRecordNum: -1,
    partitionSize: 0,
  };
  return xmlReply(element('Partition', [element('Schema', JSON.stringify(facts))]));
};

export const listPartitions: Operation = (service, request, target) => {
  const all = addressedTable(service, request, target).partitions();
  const marker = request.query.get('marker') ?? '';
  const most = Math.min(PAGE, Number(request.query.get('maxitems') ?? PAGE));
  const after = marker === '' ? all : all.filter((spec) => partitionText(spec) > marker);
  const page = after.slice(0, most);
  const last = page.at(-1);
  return xmlReply(
    element('Partitions', [
      element('Marker', last !== undefined && after.length > page.length ? partitionText(last) : ''),
      element('MaxItems', most),
      ...page.map((spec) =>
        element(
          'Partition',
          spec.map(({ name, value }) => element('Column', '', { Name: name, Value: value })),
        ),
      ),
    ]),
  );
};
