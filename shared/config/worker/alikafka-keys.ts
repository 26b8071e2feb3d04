/** Worker settings that say which managed instance the brokers are, so that topics and groups are made through its OpenAPI. */
import { defineKey } from '../define-key.ts';

const ALIKAFKA = { group: 'ApsaraMQ for Kafka (alikafka)' } as const;

const INSTANCE_EXPECTED = 'an instance id such as alikafka_post-cn-0pp1l9z8xxxx';
const REGION_EXPECTED = 'a region id such as cn-hangzhou';
const ENDPOINT_EXPECTED = 'an address such as https://alikafka.cn-hangzhou.aliyuncs.com, without path or user';

/** Where a region's OpenAPI is. Source: the service's page of endpoints, `alikafka.<region>.aliyuncs.com` for every region. */
export function alikafkaEndpoint(region: string): string {
  return `https://alikafka.${region}.aliyuncs.com`;
}

function endpointComplaint(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  return isWeb && url.href === `${url.origin}/` ? undefined : ENDPOINT_EXPECTED;
}

export const alikafkaKeys = {
  'alikafka.instance.id': defineKey.string({
    ...ALIKAFKA,
    importance: 'MEDIUM',
    displayName: 'Instance',
    consoleName: '实例ID',
    expected: INSTANCE_EXPECTED,
    check: (text) => (/^[A-Za-z][\w-]{2,127}$/.test(text) ? undefined : INSTANCE_EXPECTED),
    doc: 'Instance of ApsaraMQ for Kafka that `bootstrap.servers` leads to. Given, missing topics and consumer groups are made through its OpenAPI, since such an instance takes no topics from Kafka clients; and names are checked by its rules.',
  }),
  'alikafka.region': defineKey.string({
    ...ALIKAFKA,
    importance: 'MEDIUM',
    displayName: 'Region',
    expected: REGION_EXPECTED,
    check: (text) => (/^[a-z]{2,}(-[a-z0-9]+)+$/.test(text) ? undefined : REGION_EXPECTED),
    doc: 'Region of the instance. Required with `alikafka.instance.id`.',
  }),
  'alikafka.endpoint': defineKey.string({
    ...ALIKAFKA,
    importance: 'LOW',
    displayName: 'Endpoint',
    expected: ENDPOINT_EXPECTED,
    check: endpointComplaint,
    doc: 'Where the OpenAPI is reached. Without it the public endpoint of `alikafka.region`; where there is no way to the internet, give one that the network reaches.',
  }),
  'alikafka.access.key.id': defineKey.password({
    ...ALIKAFKA,
    importance: 'MEDIUM',
    displayName: 'AccessKey ID',
    doc: 'AccessKey ID for the OpenAPI. Without it the credentials of the function’s role, or of the environment (`ALIBABA_CLOUD_ACCESS_KEY_ID`, `..._SECRET`, `ALIBABA_CLOUD_SECURITY_TOKEN`), are used.',
  }),
  'alikafka.access.key.secret': defineKey.password({
    ...ALIKAFKA,
    importance: 'MEDIUM',
    displayName: 'AccessKey secret',
    doc: 'AccessKey secret that belongs to `alikafka.access.key.id`.',
  }),
  'alikafka.security.token': defineKey.password({
    ...ALIKAFKA,
    importance: 'LOW',
    displayName: 'Security token',
    doc: 'Token of temporary (STS) credentials; only with `alikafka.access.key.id`. It is looked up anew for each call, so a file that somebody renews is followed.',
  }),
  'alikafka.topic.storage': defineKey.enum(['cloud', 'local'], {
    ...ALIKAFKA,
    importance: 'LOW',
    displayName: 'Storage of topics',
    default: 'cloud',
    doc: 'Storage engine of the topics that are made: cloud storage, which every edition has, or local storage, as Kafka itself stores. Compacted topics are always made with local storage, which alone can hold them.',
  }),
};
