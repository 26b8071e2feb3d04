/** A managed instance, as the service's OpenAPI tells of it: does it run, is it the one that the brokers are, may these credentials make what
 *  connectors need there. */
import type { ConnectorConfig } from '../../shared/config/connector-keys.ts';
import { alikafkaNameProblems } from '../../shared/config/worker/alikafka-names.ts';
import { instanceProblem } from '../../shared/kafka/alikafka/instance-problem.ts';
import type { AlikafkaProbe, ProbeStep } from '../../shared/kafka/alikafka/probe.ts';
import { CREATING_CALLS, ramStatement } from '../../shared/kafka/alikafka/ram-statement.ts';
import { type ClientAddress, checkAccessPoint } from './check-access-point.ts';
import { errorTopicsOf } from './check-error-topics.ts';
import { type Finding, fromError, ok, problem, warning } from './finding.ts';

/** Our codes by what they are about. */
const ABOUT = {
  ALIKAFKA_CREDENTIALS_REFUSED: 'alikafka-credentials',
  ALIKAFKA_CREDENTIALS_MISSING: 'alikafka-credentials',
  ALIKAFKA_CLOCK_SKEWED: 'alikafka-credentials',
  ALIKAFKA_UNREACHABLE: 'alikafka-unreachable',
  ALIKAFKA_NOT_TRUSTED: 'alikafka-unreachable',
  ALIKAFKA_ANSWER_DOUBTFUL: 'alikafka-unreachable',
  ALIKAFKA_ACCESS_DENIED: 'alikafka-rights',
  ALIKAFKA_INSTANCE_MISSING: 'alikafka-instance',
  ALIKAFKA_INSTANCE_NOT_RUNNING: 'alikafka-instance',
  ALIKAFKA_TOPIC_LIMIT: 'alikafka-topic-limit',
} as const;

type Failed = Extract<ProbeStep<unknown>, { readonly ok: false }>;

/** What concerns all connectors. */
export function checkInstance(probe: AlikafkaProbe, client: ClientAddress): Finding[] {
  const { instanceId, instance, topics, groups } = probe;
  const failed = [instance, topics, groups].filter((step) => !step.ok);
  // What keeps one call from being made keeps all: it is told once. Of rights each has its own.
  const told = new Map(failed.map((step) => [step.code === 'ALIKAFKA_ACCESS_DENIED' ? step.call : step.code, step]));
  return [
    ...(instance.ok ? checkState(instanceId, instance.value, client) : []),
    ...[...told.values()].map((step) => refusal(step, instanceId)),
    ok(
      'alikafka-statement',
      `making topics and groups needs this in the policy of the credentials, which nobody can see without making some: ${ramStatement(CREATING_CALLS, instanceId)}`,
    ),
  ];
}

type Instance = Extract<AlikafkaProbe['instance'], { readonly ok: true }>['value'];

function checkState(id: string, instance: Instance, client: ClientAddress): Finding[] {
  const wrong = instanceProblem(id, instance, { kind: 'consumer group' });
  if (wrong !== undefined || instance === undefined) return wrong === undefined ? [] : [fromAbout(wrong)];
  const { UsedTopicCount: used, TopicNumLimit: limit } = instance;
  const room = used === undefined || limit === undefined ? '' : `, with ${used} of ${limit} topics`;
  return [ok('alikafka-instance', `instance ${id} runs${room}`), ...checkAccessPoint(instance, client)];
}

/** What one connector needs there. */
export function checkAtInstance(config: ConnectorConfig, probe: AlikafkaProbe): Finding[] {
  return [
    ...alikafkaNameProblems(config, probe.instanceId).map(({ key, message }) =>
      problem('alikafka-name', `${key}: ${message}`, `give ${key} a name that the instance takes`, 'CONFIG_INVALID'),
    ),
    ...checkTopics(config, probe),
    ...checkGroup(config, probe),
  ];
}

function checkTopics(config: ConnectorConfig, { instanceId, instance, topics }: AlikafkaProbe): Finding[] {
  if (!topics.ok) return [];
  const wanted = [...(config.topics ?? []), ...errorTopicsOf(config)];
  const idle = wanted.filter((name) => (topics.value.get(name)?.Status ?? 0) !== 0);
  const toCreate =
    config['resources.create'] === 'auto' && errorTopicsOf(config).some((name) => !topics.value.has(name));
  const full = toCreate && instance.ok ? instanceProblem(instanceId, instance.value, { kind: 'topic' }) : undefined;
  return [
    ...idle.map((name) =>
      warning(
        'alikafka-topic',
        `topic ${name} is not in service at ${instanceId} yet`,
        'wait, or look at it in the console',
      ),
    ),
    ...(full?.code === 'ALIKAFKA_TOPIC_LIMIT' ? [fromAbout(full)] : []),
  ];
}

function checkGroup(config: ConnectorConfig, { instanceId, instance, groups }: AlikafkaProbe): Finding[] {
  if (!groups.ok) return [];
  const group = config['consumer.group.id'];
  if (groups.value.has(group)) return [ok('alikafka-group', `instance ${instanceId} has consumer group ${group}`)];
  if (config['resources.create'] === 'auto') {
    return [ok('alikafka-group', `instance ${instanceId} has no consumer group ${group} yet; the run creates it`)];
  }
  if (instance.ok && instance.value?.AutoCreateGroupEnable === true) {
    return [ok('alikafka-group', `instance ${instanceId} has no consumer group ${group} yet, and makes it by itself`)];
  }
  return [
    problem(
      'alikafka-group',
      `instance ${instanceId} has no consumer group ${group}, and resources.create=manual`,
      'create the group in the console, or set resources.create=auto',
      'ALIKAFKA_GROUP_MISSING',
    ),
  ];
}

/** Whether the group is one that the run has yet to make: Kafka itself refuses to speak of it. */
export function isGroupToCome(config: ConnectorConfig, probe: AlikafkaProbe | undefined): boolean {
  return probe?.groups.ok === true && !probe.groups.value.has(config['consumer.group.id']);
}

function refusal(failed: Failed, instanceId: string): Finding {
  if (failed.code !== 'ALIKAFKA_ACCESS_DENIED') return fromAbout(failed);
  const [what = ''] = failed.message.split('; ');
  const action = `add this to the policy of the credentials: ${ramStatement([failed.call], instanceId)}`;
  return problem('alikafka-rights', what.replace(/ \(request [^)]*\)/g, ''), action, failed.code);
}

function fromAbout(failed: { readonly code: string; readonly message: string }): Finding {
  const code = Object.hasOwn(ABOUT, failed.code) ? ABOUT[failed.code as keyof typeof ABOUT] : 'alikafka-refused';
  return fromError('problem', code, failed);
}
