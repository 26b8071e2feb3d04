/** Keys that say where the table is, how requests are signed, and how rows get into it. */
import { defineKey } from '../../../shared/config/define-key.ts';
import { SERVICE_URL_EXPECTED, serviceUrl, TUNNEL_URL_EXPECTED } from '../service-url.ts';

const TARGET = { group: 'MaxCompute target' } as const;
const WRITES = { group: 'MaxCompute writes' } as const;

const NAME_EXPECTED = 'a name of letters, digits and "_"';
const REGION_EXPECTED = 'a region id such as cn-hangzhou';

/** `auto`: what the table asks for. */
export const WRITE_MODES = ['auto', 'append', 'upsert', 'stream'] as const;

const COMPRESSIONS = ['deflate', 'zstd', 'none'] as const;

function nameComplaint(text: string): string | undefined {
  return /^\w+$/.test(text) ? undefined : NAME_EXPECTED;
}

/** The service is below a path; at the root of its host nothing of it answers. */
function serviceComplaint(text: string): string | undefined {
  return (serviceUrl(text)?.pathname ?? '/') === '/' ? SERVICE_URL_EXPECTED : undefined;
}

function tunnelComplaint(text: string): string | undefined {
  return serviceUrl(text) === undefined ? TUNNEL_URL_EXPECTED : undefined;
}

export const targetKeys = {
  'maxcompute.endpoint': defineKey.string({
    ...TARGET,
    importance: 'HIGH',
    refersTo: 'address',
    displayName: 'Endpoint',
    consoleName: '连接地址',
    required: true,
    expected: SERVICE_URL_EXPECTED,
    check: serviceComplaint,
    doc: 'Endpoint of the service, with its path `/api`, for example `https://service.cn-hangzhou.maxcompute.aliyun.com/api`. Inside Alibaba Cloud give the one of the VPC (`http://service.cn-hangzhou.maxcompute.aliyun-inc.com/api`).',
  }),
  'maxcompute.tunnel.endpoint': defineKey.string({
    ...TARGET,
    importance: 'MEDIUM',
    refersTo: 'address',
    displayName: 'Tunnel endpoint',
    expected: TUNNEL_URL_EXPECTED,
    check: tunnelComplaint,
    doc: 'Where rows are uploaded to, for example `https://dt.cn-hangzhou.maxcompute.aliyun.com`. Without it the service is asked; give it where that answer cannot be reached from here.',
  }),
  'maxcompute.project': defineKey.string({
    ...TARGET,
    importance: 'HIGH',
    displayName: 'Project',
    consoleName: '工作空间',
    required: true,
    expected: NAME_EXPECTED,
    check: nameComplaint,
    doc: 'Project of the table.',
  }),
  'maxcompute.schema': defineKey.string({
    ...TARGET,
    importance: 'MEDIUM',
    displayName: 'Schema',
    expected: NAME_EXPECTED,
    check: nameComplaint,
    doc: 'Schema of the table, in a project that has schemas.',
  }),
  'maxcompute.table': defineKey.string({
    ...TARGET,
    importance: 'HIGH',
    displayName: 'Table',
    consoleName: '表',
    required: true,
    expected: NAME_EXPECTED,
    check: nameComplaint,
    doc: 'Table that rows are written to.',
  }),
  'maxcompute.access.id': defineKey.password({
    ...TARGET,
    importance: 'HIGH',
    displayName: 'AccessKey ID',
    doc: 'AccessKey ID. Without it the credentials of the function’s role, or of the environment (`ALIBABA_CLOUD_ACCESS_KEY_ID`, `..._SECRET`, `ALIBABA_CLOUD_SECURITY_TOKEN`), are used.',
  }),
  'maxcompute.access.key': defineKey.password({
    ...TARGET,
    importance: 'HIGH',
    displayName: 'AccessKey secret',
    doc: 'AccessKey secret that belongs to `maxcompute.access.id`.',
  }),
  'maxcompute.security.token': defineKey.password({
    ...TARGET,
    importance: 'MEDIUM',
    displayName: 'Security token',
    doc: 'Token of temporary (STS) credentials; only with `maxcompute.access.id`. It is looked up anew for each request, so a file that somebody renews is followed.',
  }),
  'maxcompute.region': defineKey.string({
    ...TARGET,
    importance: 'LOW',
    displayName: 'Region',
    expected: REGION_EXPECTED,
    check: (text) => (/^[a-z0-9]+(?:-[a-z0-9]+)+$/.test(text) ? undefined : REGION_EXPECTED),
    doc: 'Region of the project. With it requests are signed by version 4 of the signature, which holds for one region and day; without it by version 2.',
  }),
  'maxcompute.quota.name': defineKey.string({
    ...TARGET,
    importance: 'LOW',
    displayName: 'Tunnel quota',
    doc: 'Name of the exclusive Tunnel resource group that uploads use, where the project has bought one.',
  }),
  'maxcompute.compression': defineKey.enum(COMPRESSIONS, {
    ...TARGET,
    importance: 'LOW',
    displayName: 'Compression of uploads',
    default: 'deflate',
    doc: 'How uploaded rows are compressed on the way. `zstd` needs the optional package `@mongodb-js/zstd` where Node.js has none built in. `none` saves CPU time where the network is near.',
  }),
  'maxcompute.write.mode': defineKey.enum(WRITE_MODES, {
    ...WRITES,
    importance: 'HIGH',
    displayName: 'Write mode',
    default: 'auto',
    doc: 'How rows get into the table. `append`: by upload sessions, each offset range exactly once. `upsert`: rows replace those of their key, and tombstones delete; the table must have a primary key. `auto`: `upsert` for a table with a primary key, else `append`. `stream`: rows are visible within moments, at least once: after a failure some may be there twice.',
  }),
  'maxcompute.create.table': defineKey.enum(['none', 'create'], {
    ...WRITES,
    importance: 'LOW',
    displayName: 'Missing table',
    default: 'none',
    doc: 'What becomes of a missing table. `none`: the connector waits until somebody creates it. `create`: it is created, with the columns that the format and mode write and the partition columns; not with `CSV` and `FLATTEN`, whose columns only you know.',
  }),
  'maxcompute.create.partition': defineKey.boolean({
    ...WRITES,
    importance: 'LOW',
    displayName: 'Create partitions',
    default: true,
    doc: 'Whether missing partitions are created. Without it, records of a missing one wait until somebody creates it.',
  }),
};
