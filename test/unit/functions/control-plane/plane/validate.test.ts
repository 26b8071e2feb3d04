import { describe, expect, it } from 'vitest';
import type { StoredConfig } from '../../../../../functions/control-plane/config-state.ts';
import type { ConfigInfos } from '../../../../../functions/control-plane/connect-shapes.ts';
import { configInfos } from '../../../../../functions/control-plane/plane/config-infos.ts';
import { definitionsOf, keyInfos } from '../../../../../functions/control-plane/plane/key-info.ts';
import { SINKS } from '../../../../../functions/dispatcher/main.ts';
import { ossSink } from '../../../../../functions/oss-sink/config.ts';
import { ossConfig, planeInMemory, refusal } from '../../../../helpers/control-plane/service.ts';

function validate(config: StoredConfig): ConfigInfos {
  return planeInMemory().plane.validate('oss-sink', config);
}

function field({ configs }: ConfigInfos, name: string) {
  return configs.find(({ definition }) => definition.name === name);
}

/** Fields of a key, as a worker of Apache Kafka 4.3.1 sends them. */
const SHAPE = [
  'default_value',
  'dependents',
  'display_name',
  'documentation',
  'group',
  'importance',
  'name',
  'order_in_group',
  'required',
  'type',
  'width',
];

describe('validate', () => {
  it('answers a valid configuration with every key, its value and its default', () => {
    const infos = validate(ossConfig({ name: 'c' }));
    expect(infos).toMatchObject({ name: 'oss-sink', error_count: 0 });
    expect(field(infos, 'tasks.max')).toEqual({
      definition: {
        name: 'tasks.max',
        type: 'INT',
        required: false,
        default_value: '6',
        importance: 'HIGH',
        documentation: expect.stringContaining('Members of the consumer group'),
        group: 'Connector',
        order_in_group: 3,
        width: 'SHORT',
        display_name: 'Tasks',
        dependents: [],
      },
      value: { name: 'tasks.max', value: '2', recommended_values: [], errors: [], visible: true },
    });
    expect(field(infos, 'oss.format')?.value).toMatchObject({
      value: 'envelope',
      recommended_values: ['envelope', 'jsonl', 'csv', 'raw'],
    });
    expect(infos.groups.slice(0, 2)).toEqual(['Connector', 'Source']);
    expect(new Set(infos.configs.map(({ definition }) => definition.group))).toEqual(new Set(infos.groups));
  });

  it('knows defaults that follow from other keys', () => {
    const group = field(validate(ossConfig({ name: 'c' })), 'consumer.group.id');
    expect(group?.definition.default_value).toBe('connect-c');
    expect(group?.value.value).toBe('connect-c');
    expect(field(validate(ossConfig({ name: 'c' })), 'name')?.definition.dependents).toContain('consumer.group.id');
    expect(field(validate(ossConfig()), 'consumer.group.id')?.definition.default_value).toBeNull();
  });

  it('says what is wrong at each field, on both of two', () => {
    const { topics: _, ...config } = ossConfig({ name: 'c', 'tasks.max': 'many' });
    const infos = validate(config);
    expect(infos.error_count).toBe(3);
    expect(field(infos, 'tasks.max')?.value).toMatchObject({
      value: 'many',
      errors: ['tasks.max: expected a whole number from 1 to 2147483647, got "many"'],
    });
    for (const key of ['topics', 'topics.regex']) {
      expect(field(infos, key)?.value).toMatchObject({
        value: null,
        errors: [`${key}: one of topics and topics.regex is required`],
      });
    }
    expect(field(infos, 'name')?.value.errors).toEqual([]);
  });

  it('counts every error that it shows', () => {
    const infos = validate({
      'connector.class': 'oss-sink',
      'errors.policy': 'x',
      'errors.tolerance': 'y',
      'db.password': 'z',
    });
    const shown = infos.configs.flatMap(({ value }) => value.errors);
    expect(shown).toHaveLength(infos.error_count);
    expect(infos.error_count).toBeGreaterThan(4);
    expect(field(infos, 'errors.tolerance')?.value).toMatchObject({
      value: 'y',
      recommended_values: ['continue', 'stop'],
    });
    expect(field(infos, 'db.password')?.value).toMatchObject({ value: '[hidden]', errors: [expect.any(String)] });
  });

  it('leaves out keys that nobody knows, as Kafka Connect does, and other spellings that are not used', () => {
    const infos = validate(ossConfig({ name: 'c', 'unknown.key': '1' }));
    expect(infos.error_count).toBe(0);
    expect(field(infos, 'unknown.key')).toBeUndefined();
    expect(field(infos, 'errors.tolerance')).toBeUndefined();
    const spelt = validate(ossConfig({ name: 'c', 'errors.tolerance': 'none' }));
    expect(field(spelt, 'errors.tolerance')?.value.value).toBe('none');
    expect(field(spelt, 'errors.policy')?.value.value).toBe('stop');
  });

  it('shows references and no secret', () => {
    const keys = { 'oss.access.key.id': '${env:SPILLWAY_SECRET_KEY}', 'oss.access.key.secret': 'hunter2' };
    const infos = validate(ossConfig({ name: 'c', ...keys }));
    expect(field(infos, 'oss.access.key.id')?.value.value).toBe('${env:SPILLWAY_SECRET_KEY}');
    expect(field(infos, 'oss.access.key.secret')?.value.value).toBe('[hidden]');
    expect(JSON.stringify(infos)).not.toMatch(/hunter2|sesame/);
  });

  it('finds a group that another connector has', async () => {
    const { plane } = planeInMemory();
    await plane.create('a', ossConfig(), 'STARTED');
    const config = ossConfig({ name: 'b', 'consumer.group.id': 'connect-a' });
    expect(field(plane.validate('oss-sink', config), 'consumer.group.id')?.value.errors).toHaveLength(1);
    expect(plane.validate('oss-sink', ossConfig({ name: 'a' })).error_count).toBe(0);
  });

  it.each([
    [
      'fc-sink',
      { 'connector.class': 'oss-sink' },
      '400 Included connector type oss-sink does not match request type fc-sink',
    ],
    ['fc-sink', {}, '400 Connector config contains no connector type: set connector.class to one of fc-sink, oss-sink'],
    [
      'x',
      { 'connector.class': 'x' },
      '400 Failed to find any class that implements Connector and which name matches x, available connectors are: fc-sink, oss-sink',
    ],
  ])('of %s refuses %o', async (plugin, config, message) => {
    const { plane } = planeInMemory();
    expect(await refusal(() => plane.validate(plugin, config))).toBe(message);
  });

  it.each(SINKS.map((sink) => [sink.connectorClass, sink] as const))(
    'has the shape of Kafka Connect for every key of %s',
    (_, sink) => {
      for (const info of keyInfos(definitionsOf(sink))) {
        expect(Object.keys(info).sort()).toEqual(SHAPE);
        expect(info.default_value === null || typeof info.default_value === 'string').toBe(true);
        expect(info.documentation).not.toBe('');
      }
    },
  );
});

describe('plugins', () => {
  it('are the sinks, by class', () => {
    const { plane } = planeInMemory();
    expect(plane.plugins()).toEqual([
      { class: 'fc-sink', type: 'sink', version: '1.2.3' },
      { class: 'oss-sink', type: 'sink', version: '1.2.3' },
    ]);
  });

  it('describe their keys without a configuration', () => {
    const { plane } = planeInMemory();
    const keys = plane.pluginConfig('oss-sink');
    expect(keys).toEqual(plane.pluginConfig('oss-sink', '1.2.3'));
    const group = keys.find(({ name }) => name === 'consumer.group.id');
    expect(group).toMatchObject({
      default_value: null,
      documentation: expect.stringContaining('Default: `connect-<name>`.'),
    });
    expect(keys.find(({ name }) => name === 'linger.ms')?.documentation).toContain('Unit: ms.');
  });

  it.each([
    ['nope', undefined, '404 Unknown plugin nope.'],
    [
      'oss-sink',
      '9.9',
      '400 Plugin oss-sink not found that matches the version range [9.9,9.9], available versions: [1.2.3]',
    ],
    ['x'.repeat(300), undefined, `404 Unknown plugin ${'x'.repeat(100)}....`],
  ])('refuse %s of version %s', async (plugin, version, message) => {
    const { plane } = planeInMemory();
    expect(await refusal(() => plane.pluginConfig(plugin, version))).toBe(message);
  });

  it('answers in no time however much is wrong with one key', () => {
    const problems = Array.from({ length: 100_000 }, () => ({ key: 'topics', message: 'is wrong' }));
    const infos = configInfos('oss-sink', definitionsOf(ossSink), {}, { values: {}, problems });
    expect(infos.error_count).toBe(100_000);
    expect(field(infos, 'topics')?.value.errors).toHaveLength(100_000);
  });
});
