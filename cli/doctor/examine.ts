/** The whole examination, in the order in which a run would meet what it finds. */
import type { ParsedConnector } from '../../shared/config/connector-keys.ts';
import { type SecretResolver, unresolvedSecrets } from '../../shared/config/secret.ts';
import { kafkaConnection, type WorkerConfig } from '../../shared/config/worker-keys.ts';
import { ConfigError, type ConfigProblem } from '../../shared/errors.ts';
import type { AlikafkaProbe } from '../../shared/kafka/alikafka/probe.ts';
import type { KafkaConnectionOptions } from '../../shared/kafka/driver.ts';
import type { Validation } from '../commands/validate.ts';
import { checkAtInstance, checkInstance } from './check-alikafka.ts';
import { checkConnectorFile, checkMemory, checkWorker, workerProblems } from './check-configuration.ts';
import { checkProcess } from './check-process.ts';
import { examineBrokers, examineConnector, type Inspector, type Offsets } from './examine-kafka.ts';
import { examineTarget, type TargetDeps } from './examine-target.ts';
import type { Section } from './finding.ts';

/** A connector file as `validate` sees it, and parsed where it is valid. */
export interface ExaminedFile {
  readonly validation: Validation;
  readonly parsed: ParsedConnector | undefined;
  /** Where relative paths in it start. */
  readonly folder: string;
}

export interface ExamineDeps {
  readonly nodeVersion: string;
  loadPackage(name: string): Promise<unknown>;
  /** @throws ConfigError */
  loadWorker(): { readonly config: WorkerConfig; readonly warnings: readonly ConfigProblem[] };
  readonly secrets: SecretResolver;
  inspector(connection: KafkaConnectionOptions): Inspector;
  offsets(connection: KafkaConnectionOptions): Offsets;
  /** What is told of the managed instance; `undefined` where none is configured. */
  alikafka(worker: WorkerConfig): Promise<AlikafkaProbe | undefined>;
  readonly target: TargetDeps;
  /** Epoch ms. */
  now(): number;
}

/** Looks at everything, and changes nothing. Whatever is wrong is in the answer.
 *  @throws what nobody foresaw */
export async function examine(files: readonly ExaminedFile[], deps: ExamineDeps): Promise<Section[]> {
  const machine = { title: 'This machine', findings: await checkProcess(deps.nodeVersion, deps.loadPackage) };
  const worker = loadedWorker(deps);
  const parsed = files.flatMap((file) => (file.parsed === undefined ? [] : [file.parsed]));
  const kafka = worker.kafka === undefined ? [] : await examineCluster(worker.kafka, parsed, deps);
  const sections = [machine, worker.section, ...kafka.filter(({ connector }) => connector === undefined)];
  for (const file of files) {
    sections.push(fileSection(file, worker.kafka?.config));
    if (file.parsed === undefined) continue;
    const { name } = file.parsed.connector;
    sections.push(...kafka.filter(({ connector }) => connector === name));
    sections.push(...(await examineTarget(file.parsed, file.folder, deps.target)));
  }
  return sections;
}

interface UsableWorker {
  readonly config: WorkerConfig;
  readonly connection: KafkaConnectionOptions;
}

function loadedWorker(deps: ExamineDeps): { readonly section: Section; readonly kafka: UsableWorker | undefined } {
  const title = 'Worker settings';
  try {
    const { config, warnings } = deps.loadWorker();
    const unresolved = unresolvedSecrets(config, deps.secrets);
    if (unresolved.length > 0) throw new ConfigError(unresolved);
    const connection = kafkaConnection(config, deps.secrets);
    return { section: { title, findings: checkWorker(warnings) }, kafka: { config, connection } };
  } catch (thrown) {
    return { section: { title, findings: workerProblems(thrown) }, kafka: undefined };
  }
}

function fileSection({ validation, parsed }: ExaminedFile, worker: WorkerConfig | undefined): Section {
  const { file, name } = validation;
  const memory = parsed === undefined || worker === undefined ? [] : checkMemory(worker['memory.budget.bytes'], parsed);
  return {
    title: name === undefined ? file : `${name}: configuration in ${file}`,
    ...(name === undefined ? {} : { connector: name }),
    findings: [...checkConnectorFile(validation), ...memory],
  };
}

async function examineCluster(
  { config, connection }: UsableWorker,
  connectors: readonly ParsedConnector[],
  deps: ExamineDeps,
): Promise<Section[]> {
  const inspector = deps.inspector(connection);
  const offsets = deps.offsets(connection);
  const client = { protocol: config['security.protocol'], mechanism: config['sasl.mechanism'] };
  try {
    const [brokers, managed] = await Promise.all([
      examineBrokers(connection.bootstrapServers, client, inspector),
      deps.alikafka(config),
    ]);
    const sections: Section[] = [{ title: 'Kafka', findings: brokers.findings }];
    if (managed !== undefined) sections.push(...instanceSections(managed, config, connectors));
    if (!brokers.usable) return sections;
    for (const { connector } of connectors) {
      sections.push(...(await examineConnector(connector, inspector, offsets, deps.now(), managed)));
    }
    return sections;
  } finally {
    inspector.close();
    await offsets.close();
  }
}

/** The managed instance itself, and what each connector needs there. */
function instanceSections(
  probe: AlikafkaProbe,
  worker: WorkerConfig,
  connectors: readonly ParsedConnector[],
): Section[] {
  const client = { servers: worker['bootstrap.servers'], protocol: worker['security.protocol'] };
  return [
    { title: 'ApsaraMQ for Kafka', findings: checkInstance(probe, client) },
    ...connectors.map(({ connector }) => ({
      title: `${connector.name}: ApsaraMQ for Kafka`,
      connector: connector.name,
      findings: checkAtInstance(connector, probe),
    })),
  ];
}
