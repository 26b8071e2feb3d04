/** The stand-in, proved by the vendor's own clients as they are: the typed SDK with both of its signatures, and pop-core. */
import { createRequire } from 'node:module';
import type Sdk from '@alicloud/alikafka20190916';
import PopCore from '@alicloud/pop-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AlikafkaServer, startAlikafka } from '../../../infra/local/alikafka/server.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const {
  default: Alikafka,
  CreateConsumerGroupRequest,
  CreateTopicRequest,
  GetConsumerListRequest,
  GetInstanceListRequest,
  GetTopicListRequest,
} = createRequire(import.meta.url)('@alicloud/alikafka20190916') as typeof Sdk;

const KEYS = { accessKeyId: 'LTAI+local/key', accessKeySecret: 'secret&of=local' };
const STS = { accessKeyId: 'STS.local', accessKeySecret: 'of-the-session', securityToken: 'CAIS+token/==' };
const instanceId = 'alikafka_post-cn-local';
const regionId = 'cn-hangzhou';

let server: AlikafkaServer;
beforeAll(async () => {
  server = await startAlikafka({
    credentials: [KEYS, STS],
    instances: [{ instanceId, topicLimit: 50, endpoints: { EndPoint: '10.0.0.1:9092' } }],
    callIntervalMs: 0,
    creationMs: 20,
  });
});
afterAll(async () => {
  await server?.close();
});

type Keys = typeof KEYS & { readonly securityToken?: string };

function typedClient(keys: Keys, signatureAlgorithm?: string) {
  const endpoint = `127.0.0.1:${server.port}`;
  const signing = signatureAlgorithm === undefined ? {} : { signatureAlgorithm };
  // Of a class in a package that is not ours to import; it only holds its fields.
  const config = { ...keys, ...signing, endpoint, protocol: 'HTTP', regionId };
  return new Alikafka(config as ConstructorParameters<typeof Alikafka>[0]);
}

describe.each([
  ['ACS3-HMAC-SHA256, its default', undefined],
  ['RPC 1.0 (signatureAlgorithm v2)', 'v2'],
])('@alicloud/alikafka20190916 with %s', (_name, algorithm) => {
  it.each([
    ['lasting keys', KEYS],
    ['temporary keys', STS],
  ])('makes and lists topics and groups, with %s', async (_keys, keys) => {
    const client = typedClient(keys, algorithm);
    const topic = uniqueName('orders');
    const group = uniqueName('connect');
    const remark = 'made_by_a_test';
    const made = await client.createTopic(
      new CreateTopicRequest({
        instanceId,
        regionId,
        topic,
        remark,
        partitionNum: '6',
        localTopic: true,
        compactTopic: true,
        tag: [{ key: 'kosten stelle', value: "a*b'(c)" }],
      }),
    );
    expect(made.body).toMatchObject({ code: 200, success: true, requestId: expect.stringMatching(/^[0-9A-F-]{36}$/) });
    await client.createConsumerGroup(
      new CreateConsumerGroupRequest({ instanceId, regionId, consumerId: group, remark }),
    );
    const topics = await waitFor(
      async () => {
        const request = new GetTopicListRequest({ instanceId, regionId, topic, currentPage: '1', pageSize: '100' });
        const [found] = (await client.getTopicList(request)).body?.topicList?.topicVO ?? [];
        return found?.status === 0 ? found : undefined;
      },
      { what: 'the topic in service' },
    );
    expect(topics).toMatchObject({ topic, partitionNum: 6, localTopic: true, compactTopic: true, remark });
    await waitFor(
      async () => {
        const request = new GetConsumerListRequest({ instanceId, regionId, pageSize: 100 });
        const groups = (await client.getConsumerList(request)).body?.consumerList?.consumerVO ?? [];
        return groups.some(({ consumerId }) => consumerId === group);
      },
      { what: 'the group in service' },
    );
    const instances = await client.getInstanceList(new GetInstanceListRequest({ regionId, instanceId: [instanceId] }));
    expect(instances.body?.instanceList?.instanceVO).toMatchObject([
      { instanceId, serviceStatus: 5, topicNumLimit: 50, endPoint: '10.0.0.1:9092' },
    ]);
  });

  it('is refused with a wrong secret, or a token that is not of the key', async () => {
    const list = new GetTopicListRequest({ instanceId, regionId });
    const wrong = typedClient({ ...KEYS, accessKeySecret: 'guessed' }, algorithm);
    await expect(wrong.getTopicList(list)).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
    const foreign = typedClient({ ...STS, securityToken: 'of another' }, algorithm);
    await expect(foreign.getTopicList(list)).rejects.toMatchObject({
      code: 'InvalidSecurityToken.MismatchWithAccessKey',
    });
  });
});

describe('@alicloud/pop-core', () => {
  const client = () => new PopCore({ ...KEYS, endpoint: server.endpoint, apiVersion: '2019-09-16' });

  it.each(['GET', 'POST'])('is understood by %s', async (method) => {
    const topic = uniqueName('pop');
    const where = { InstanceId: instanceId, RegionId: regionId };
    const create = { ...where, Topic: topic, Remark: 'made_by_a_test', PartitionNum: '3' };
    expect(await client().request('CreateTopic', create, { method })).toMatchObject({ Code: 200, Success: true });
    const answer = await client().request('GetTopicList', { ...where, Topic: topic }, { method });
    expect(answer).toMatchObject({ Total: 1, TopicList: { TopicVO: [{ Topic: topic, PartitionNum: 3 }] } });
    expect(
      await client().request('GetInstanceList', { RegionId: regionId, InstanceId: [instanceId] }, { method }),
    ).toMatchObject({ InstanceList: { InstanceVO: [{ InstanceId: instanceId }] } });
  });

  it('gets XML where it does not ask for JSON, as the service answers by default', async () => {
    const parameters = { RegionId: regionId, Format: 'XML' };
    const failed = client().request('GetInstanceList', parameters, { method: 'POST' });
    await expect(failed).rejects.toMatchObject({
      name: 'SyntaxError',
      text: expect.stringMatching(/^<\?xml.*<GetInstanceListResponse>/s),
    });
  });
});
