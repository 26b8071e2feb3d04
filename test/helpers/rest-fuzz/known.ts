/** What random requests are about, so that some of them get somewhere. */

/** A secret that stands where one must not stand in clear. */
export const LITERAL = 'hunter2-in-clear';

/** @param suffix of connectors' names, where others share the Kafka */
export function fuzzNames(suffix = ''): Readonly<Record<string, readonly string[]>> {
  const connectors = ['f1', 'f2', 'f3'].map((name) => `${name}${suffix}`);
  return {
    connector: [...connectors, 'nope'],
    name: [...connectors, 'Not A Name'],
    plugin: ['file-sink', 'flaky-sink', 'oss-sink', 'nope'],
    task: ['0', '1', '99', '-1', 'x', '99999999999999999999'],
    logger: ['root', 'spillway', 'spillway.kafka', 'nope'],
    level: ['DEBUG', 'info', 'LOUD'],
    kafka_topic: ['golden-a', 'nope'],
    topic: ['golden-a', 'nope'],
  };
}

/** By key; what is no text becomes one. */
export const FUZZ_CONFIG: Readonly<Record<string, readonly unknown[]>> = {
  'connector.class': ['file-sink', 'file-sink', 'flaky-sink', 'flaky-sink', 'oss-sink', 'nope', '', null],
  topics: ['golden-a', 'golden-a', 'golden-a', '', 5, '*', 'a,,b'],
  'tasks.max': [1, 2, '2', 0, 'x', 1e30, null],
  name: ['Not A Name', null],
  file: ['out', '/no/such/dir/f', '${env:PATH}', '${file:/etc/passwd:root}'],
  'fail.at': ['never', 'task-start', 'task-put'],
  secret: [LITERAL, '${env:SPILLWAY_SECRET_KEY}', `x\${env:SPILLWAY_SECRET_KEY}${LITERAL}`, '${env:PATH}', ''],
  'topics.regex': ['golden-.*', '(', '(a+)+$'],
  'consumer.group.id': ['workers', 'mine'],
  'errors.tolerance': ['all', 'some'],
  'consumer.override.group.id': ['x'],
  'value.converter': ['string', 'org.apache.kafka.connect.json.JsonConverter'],
};

export const FUZZ_VALID: readonly object[] = [
  { 'connector.class': 'file-sink', topics: 'golden-a', 'tasks.max': 1, file: 'out' },
  { 'connector.class': 'file-sink', topics: 'golden-a', 'tasks.max': '2', file: '/no/such/dir/f', unknown: true },
  {
    'connector.class': 'flaky-sink',
    'topics.regex': 'golden-.*',
    'tasks.max': 1,
    secret: '${env:SPILLWAY_SECRET_KEY}',
  },
];
