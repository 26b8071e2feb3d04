import { describe, expect, it } from 'vitest';
import { groupPage, instanceList, readAnswer, topicPage } from '../../../../../shared/kafka/alikafka/answers.ts';

describe('answers of the service', () => {
  it('are read with what editions leave out, answer null, or spell as text', () => {
    expect(readAnswer(topicPage, 'GetTopicList', {})).toEqual({});
    expect(readAnswer(topicPage, 'GetTopicList', { TopicList: {}, Total: null }).TopicList).toEqual([]);
    const TopicVO = [{ Topic: 'orders', PartitionNum: '12', CompactTopic: null, Status: null, Tags: { TagVO: [] } }];
    expect(readAnswer(topicPage, 'GetTopicList', { TopicList: { TopicVO }, Total: '1' })).toEqual({
      TopicList: [{ Topic: 'orders', PartitionNum: 12, CompactTopic: false, Status: undefined }],
      Total: 1,
    });
    expect(readAnswer(groupPage, 'GetConsumerList', { ConsumerList: null })).toEqual({ ConsumerList: null });
    const InstanceVO = [{ InstanceId: 'i-1', ServiceStatus: 5, TopicNumLimit: null, SaslEndPoint: null }];
    expect(readAnswer(instanceList, 'GetInstanceList', { InstanceList: { InstanceVO } }).InstanceList).toMatchObject([
      { InstanceId: 'i-1', ServiceStatus: 5, TopicNumLimit: undefined, AutoCreateGroupEnable: false },
    ]);
  });

  it('of another form are refused, with the fields that are wrong', () => {
    const body = { TopicList: { TopicVO: [{ Topic: 'orders', PartitionNum: 'many' }] } };
    expect(() => readAnswer(topicPage, 'GetTopicList', body)).toThrow(
      expect.objectContaining({
        name: 'FatalError',
        code: 'ALIKAFKA_ANSWER_DOUBTFUL',
        message: expect.stringMatching(/TopicList\.TopicVO\.0\.PartitionNum/),
      }),
    );
  });
});
