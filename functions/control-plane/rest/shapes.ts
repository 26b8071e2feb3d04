/** Shapes of bodies, for the OpenAPI document. What a worker answers is checked against them in tests. */
import { z } from 'zod';

const count = z.int().nonnegative();
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const state = z.enum(['UNASSIGNED', 'RUNNING', 'PAUSED', 'STOPPED', 'FAILED', 'RESTARTING', 'DESTROYED']);

const config = z
  .record(z.string(), z.string())
  .meta({ description: 'All values are texts. No secret: references only.' });
const givenConfig = z
  .record(z.string(), scalar)
  .meta({ description: 'Texts; numbers and booleans become texts. null: not given, or in a PATCH to be removed.' });
const taskName = z.object({ connector: z.string(), task: count });
const stateInfo = z.object({
  state,
  worker_id: z.string(),
  version: z.string(),
  trace: z.string().optional(),
});
const taskStatus = stateInfo.extend({ id: count });
const type = z.literal('sink');
const connectorInfo = z.object({ name: z.string(), config, tasks: z.array(taskName), type });
const connectorStatus = z.object({ name: z.string(), connector: stateInfo, tasks: z.array(taskStatus), type });
const partition = z.object({ kafka_topic: z.string(), kafka_partition: count });
const offset = z.object({
  partition,
  offset: z.object({ kafka_offset: count }).nullable(),
});
const keyInfo = z.object({
  name: z.string(),
  type: z.string(),
  required: z.boolean(),
  default_value: z.string().nullable(),
  importance: z.string(),
  documentation: z.string(),
  group: z.string().nullable(),
  order_in_group: z.int(),
  width: z.string(),
  display_name: z.string(),
  dependents: z.array(z.string()),
  order: z.int().optional(),
});
const valueInfo = z.object({
  name: z.string(),
  value: z.string().nullable(),
  recommended_values: z.array(z.string()),
  errors: z.array(z.string()),
  visible: z.boolean(),
});
const loggerLevel = z.object({
  level: z.string(),
  last_modified: z.int().nullable().meta({ description: 'Epoch ms; null where nobody set it.' }),
});

/** By the name that the OpenAPI document gives them. */
export const SHAPES = {
  Error: z.object({ error_code: z.int(), message: z.string() }),
  Message: z.object({ message: z.string() }),
  Cluster: z.object({ version: z.string(), commit: z.string(), kafka_cluster_id: z.string() }),
  Health: z.object({ status: z.enum(['healthy', 'unhealthy']), message: z.string() }),
  Names: z.array(z.string()),
  Config: config,
  GivenConfig: givenConfig,
  ConnectorInfo: connectorInfo,
  ConnectorStatus: connectorStatus,
  /** By name, with `expand`. */
  Connectors: z.record(z.string(), z.object({ info: connectorInfo.optional(), status: connectorStatus.optional() })),
  CreateConnector: z.object({
    name: z.string(),
    config: givenConfig,
    initial_state: z.enum(['RUNNING', 'PAUSED', 'STOPPED']).nullish(),
  }),
  Tasks: z.array(z.object({ id: taskName, config })),
  TaskStatus: taskStatus,
  Topics: z.record(z.string(), z.object({ topics: z.array(z.string()) })),
  Offsets: z.object({ offsets: z.array(offset) }),
  Plugins: z.array(z.object({ class: z.string(), type, version: z.string() })),
  PluginConfig: z.array(keyInfo),
  ConfigInfos: z.object({
    name: z.string(),
    error_count: count,
    groups: z.array(z.string()),
    configs: z.array(z.object({ definition: keyInfo, value: valueInfo })),
  }),
  Loggers: z.record(z.string(), loggerLevel),
  Logger: loggerLevel,
  Level: z.object({ level: z.string() }),
} as const;

export type ShapeName = keyof typeof SHAPES;

/** Schema that stands for one of them. */
export function shape(name: ShapeName): { readonly $ref: string } {
  return { $ref: `${name}#` };
}

/** As JSON Schemas with an `$id`, for fastify's `addSchema`; where one holds another, it refers to it. */
export function shapeSchemas(shapes: Readonly<Record<string, z.ZodType>>): readonly object[] {
  const registry = z.registry<{ id: string }>();
  for (const [id, shape] of Object.entries(shapes)) registry.add(shape, { id });
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: (id) => `${id}#` });
  return Object.entries(schemas).map(([$id, { $schema: _, ...schema }]) => ({ ...schema, $id }));
}
