/** What the service answers, as far as it is looked at. Source: API reference 2019-09-16; `@alicloud/alikafka20190916` 2.14.0, its models. */
import * as z from 'zod';
import { FatalError } from '../../errors.ts';

/** Older editions leave lists out where they are empty. */
const listOf = <T extends z.ZodType>(name: string, item: T) =>
  z.object({ [name]: z.array(item).nullish() }).transform((list) => list[name] ?? []);

/** A number, or its spelling. */
const whole = z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]);
/** What an edition does not have it leaves out, or answers null. */
const maybeWhole = whole.nullish().transform((value) => value ?? undefined);
const maybeText = z.string().nullish();
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value === true);

const topic = z.object({
  Topic: z.string(),
  PartitionNum: whole,
  CompactTopic: flag,
  /** 0: in service. */
  Status: maybeWhole,
});

const instance = z.object({
  InstanceId: z.string(),
  /** 5: running; 0: to be deployed, 1: being deployed, 15: expired. */
  ServiceStatus: whole,
  TopicNumLimit: maybeWhole,
  UsedTopicCount: maybeWhole,
  AutoCreateGroupEnable: flag,
  /** Lists of `host:port`. */
  EndPoint: maybeText,
  DomainEndpoint: maybeText,
  SslEndPoint: maybeText,
  SslDomainEndpoint: maybeText,
  SaslEndPoint: maybeText,
  SaslDomainEndpoint: maybeText,
  VpcSaslEndPoint: maybeText,
  VpcSaslDomainEndpoint: maybeText,
});

/** A topic as the service knows it. */
export type TopicAnswer = z.output<typeof topic>;
/** An instance as the service knows it. */
export type InstanceAnswer = z.output<typeof instance>;

const page = { Total: maybeWhole };
export const topicPage = z.object({ TopicList: listOf('TopicVO', topic).nullish(), ...page });
export const groupPage = z.object({
  ConsumerList: listOf('ConsumerVO', z.object({ ConsumerId: z.string() })).nullish(),
  ...page,
});
export const instanceList = z.object({ InstanceList: listOf('InstanceVO', instance).nullish() });

/** @throws FatalError `ALIKAFKA_ANSWER_DOUBTFUL` that names the fields that are not of the service's form */
export function readAnswer<T>(schema: z.ZodType<T>, action: string, body: unknown): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const fields = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new FatalError(
    'ALIKAFKA_ANSWER_DOUBTFUL',
    `${action} was not answered in the form of ApsaraMQ for Kafka (${fields}); check alikafka.endpoint`,
  );
}
