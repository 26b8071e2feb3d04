/** Keys that say which function of Function Compute a batch goes to, and with which credentials. Needed with `invoke.target=fc`. */
import { defineKey } from '../define-key.ts';
import { fcEndpointUrl } from '../fc-address.ts';
import { Refusal } from '../schemas.ts';

const FC = { group: 'Function Compute' } as const;

const ENDPOINT_EXPECTED =
  'an endpoint such as 1234567890123456.cn-hangzhou.fc.aliyuncs.com, or its http:// or https:// URL';
const NAME_EXPECTED = '1 to 64 letters, digits, _ and -';
const ROLE_EXPECTED = 'a role such as acs:ram::1234567890123456:role/spillway';

function nameComplaint(text: string): string | undefined {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text) ? undefined : NAME_EXPECTED;
}

export const fcKeys = {
  'fc.endpoint': defineKey.parsed((text) => fcEndpointUrl(text)?.origin ?? new Refusal(ENDPOINT_EXPECTED), {
    ...FC,
    importance: 'HIGH',
    refersTo: 'address',
    displayName: 'Endpoint',
    consoleName: '服务接入点',
    expected: ENDPOINT_EXPECTED,
    doc: 'Where Function Compute is reached: the public endpoint, or the one with `-internal` in the same region and VPC. Without a scheme it is https. Not needed where `fc.account.id` and `fc.region` are given: then it is `https://<account>.<region>.fc.aliyuncs.com`.',
  }),
  'fc.region': defineKey.string({
    ...FC,
    importance: 'HIGH',
    displayName: 'Region',
    consoleName: '地域',
    expected: 'a region id such as cn-hangzhou',
    check: (text) => (/^[a-z0-9]+(?:-[a-z0-9]+)+$/.test(text) ? undefined : 'a region id such as cn-hangzhou'),
    doc: 'Region of the function. Read from `fc.endpoint` where that names it.',
  }),
  'fc.account.id': defineKey.string({
    ...FC,
    importance: 'HIGH',
    displayName: 'Account ID',
    consoleName: '服务账号',
    expected: 'the digits of an account id',
    check: (text) => (/^\d{1,32}$/.test(text) ? undefined : 'the digits of an account id'),
    doc: 'Account that the function belongs to. Read from `fc.endpoint` where that names it.',
  }),
  'fc.api.version': defineKey.enum(['3.0', '2.0'], {
    ...FC,
    importance: 'MEDIUM',
    displayName: 'API version',
    default: '3.0',
    doc: 'Generation of Function Compute that the function was made with. `2.0`: it belongs to a service (`fc.service.name`).',
  }),
  'fc.service.name': defineKey.string({
    ...FC,
    importance: 'MEDIUM',
    displayName: 'Service',
    consoleName: '服务名',
    expected: NAME_EXPECTED,
    check: nameComplaint,
    doc: 'Service that the function belongs to, with `fc.api.version=2.0`. There are no services in 3.0.',
  }),
  'fc.function.name': defineKey.string({
    ...FC,
    importance: 'HIGH',
    displayName: 'Function',
    consoleName: '函数名',
    expected: NAME_EXPECTED,
    check: nameComplaint,
    doc: 'Name of the function. It must be an event function.',
  }),
  'fc.qualifier': defineKey.string({
    ...FC,
    importance: 'MEDIUM',
    displayName: 'Version or alias',
    consoleName: '版本或别名',
    default: 'LATEST',
    expected: 'LATEST, a version number or the name of an alias',
    check: (text) =>
      /^[A-Za-z0-9_-]{1,128}$/.test(text) ? undefined : 'LATEST, a version number or the name of an alias',
    doc: 'Version or alias of the function that is called.',
  }),
  'fc.access.key.id': defineKey.password({
    ...FC,
    importance: 'HIGH',
    displayName: 'AccessKey ID',
    consoleName: 'Access Key',
    doc: 'Who calls. Without it: the role of the function that the dispatcher runs as, `ALIBABA_CLOUD_ACCESS_KEY_ID` and its companions, or the role of the ECS instance or pod.',
  }),
  'fc.access.key.secret': defineKey.password({
    ...FC,
    importance: 'HIGH',
    displayName: 'AccessKey secret',
    consoleName: 'Secret Key',
    doc: 'Secret of `fc.access.key.id`.',
  }),
  'fc.security.token': defineKey.password({
    ...FC,
    importance: 'MEDIUM',
    displayName: 'Security token',
    doc: 'Token of temporary credentials (STS). They are not renewed: give a role instead for what runs longer.',
  }),
  'fc.role.arn': defineKey.string({
    ...FC,
    importance: 'MEDIUM',
    displayName: 'Role to assume',
    consoleName: '角色名',
    expected: ROLE_EXPECTED,
    check: (text) => (/^acs:ram::\d+:role\/[^\s/]+$/.test(text) ? undefined : ROLE_EXPECTED),
    doc: 'Role that the credentials assume before they call, for a function of another account. Its credentials are renewed before they end.',
  }),
  'fc.log.tail': defineKey.boolean({
    ...FC,
    importance: 'LOW',
    displayName: 'Log tail',
    default: true,
    doc: "Whether a synchronous call asks for the last 4 KB of the function's log. They go to the error topic with a record that the function fails, and nowhere else.",
  }),
  'fc.async.task.id': defineKey.enum(['offsets', 'none'], {
    ...FC,
    importance: 'MEDIUM',
    displayName: 'Task id',
    default: 'offsets',
    doc: 'Whether an asynchronous call has an id of its own, so that one that is sent again after a lost answer or a crash does not run the function twice. `offsets`: made of connector, topic, partition and offsets; needs the async task mode of the function, and is not for thousands of calls a second. `none`: without; a repeated call runs again.',
  }),
};
