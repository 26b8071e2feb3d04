/** Bodies of Kafka Connect's REST API, as far as the command line reads them. */
import { z } from 'zod';
import { body } from './answer-shape.ts';

const config = z.record(z.string(), z.string().nullable());

export const connectorInfo = body({
  name: z.string(),
  config,
  tasks: z.array(body({ connector: z.string(), task: z.number() })),
  type: z.string().nullish(),
});
export type ConnectorInfo = z.infer<typeof connectorInfo>;

const stateInfo = body({ state: z.string(), worker_id: z.string(), trace: z.string().nullish() });

export const connectorStatus = body({
  name: z.string(),
  connector: stateInfo,
  tasks: z.array(stateInfo.extend({ id: z.number() })),
});
export type ConnectorStatus = z.infer<typeof connectorStatus>;

/** Of `GET /connectors?expand=info&expand=status`: either part may be missing for a connector that came or went meanwhile. */
export const expandedConnectors = z.record(
  z.string(),
  body({ info: connectorInfo.optional(), status: connectorStatus.optional() }),
);
export type ExpandedConnectors = z.infer<typeof expandedConnectors>;

export const storedConfig = config;
export type StoredConfig = z.infer<typeof storedConfig>;

export const connectorOffsets = body({
  offsets: z.array(
    body({
      partition: body({ kafka_topic: z.string(), kafka_partition: z.number() }),
      offset: body({ kafka_offset: z.number() }).nullable(),
    }),
  ),
});
export type ConnectorOffsets = z.infer<typeof connectorOffsets>;

export const offsetsMessage = body({ message: z.string() });

export const activeTopics = z.record(z.string(), body({ topics: z.array(z.string()) }));

export const plugins = z.array(body({ class: z.string(), type: z.string(), version: z.string().nullish() }));

export const keyInfos = z.array(
  body({
    name: z.string(),
    type: z.string(),
    required: z.boolean(),
    default_value: z.string().nullable(),
    importance: z.string(),
    documentation: z.string(),
  }),
);

export const validation = body({
  name: z.string(),
  error_count: z.number(),
  configs: z.array(
    body({
      definition: body({ name: z.string() }).nullish(),
      value: body({
        name: z.string(),
        value: z.string().nullish(),
        errors: z.array(z.string()),
        recommended_values: z.array(z.unknown()).nullish(),
      }),
    }),
  ),
});
export type Validation = z.infer<typeof validation>;

const loggerLevel = body({ level: z.string(), last_modified: z.number().nullish() });
export const loggers = z.record(z.string(), loggerLevel);
export { loggerLevel };

export const changedLoggers = z.array(z.string());

export const cluster = body({
  version: z.string(),
  commit: z.string().nullish(),
  kafka_cluster_id: z.string().nullish(),
});
