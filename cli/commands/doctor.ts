/** `spillway doctor`: what would go wrong, and what to do about it. Changes nothing. */
import { randomUUID } from 'node:crypto';
import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import pc from 'picocolors';
import { fcWay } from '../../functions/dispatcher/invokers/fc/create.ts';
import { probeFunction } from '../../functions/dispatcher/invokers/fc/probe.ts';
import { probeElasticsearch } from '../../functions/elasticsearch-sink/handler.ts';
import { probeMaxCompute } from '../../functions/maxcompute-sink/handler.ts';
import { probeOss, roleCredentials } from '../../functions/oss-sink/handler.ts';
import { systemClock } from '../../shared/clock.ts';
import { checkConnector } from '../../shared/config/connector-keys.ts';
import { createOpenApi } from '../../shared/kafka/alikafka/create-cloud-resources.ts';
import { probeAlikafka } from '../../shared/kafka/alikafka/probe.ts';
import { ClusterInspector } from '../../shared/kafka/inspect/cluster-inspector.ts';
import { createKafkaDriver } from '../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../shared/logger.ts';
import { readConnectorFile } from '../connector-file.ts';
import { connectTo } from '../doctor/connect-to.ts';
import { type ExamineDeps, type ExaminedFile, examine } from '../doctor/examine.ts';
import type { Severity } from '../doctor/finding.ts';
import { exitCode, formatJson, formatSections } from '../doctor/report.ts';
import { loadWorker } from '../load-worker.ts';
import { processSecrets } from '../secret-resolver.ts';
import { SINKS } from '../sinks.ts';
import { sinkOf, validateFile } from './validate.ts';

/** Bounds all requests to one target. */
const PROBE_TIMEOUT_MS = 30_000;

interface DoctorOptions {
  readonly worker?: string;
  readonly writeProbe: boolean;
  readonly json: boolean;
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'look at Kafka, rights, topics, targets, credentials and the clock, and say what to do; changes nothing',
    )
    .argument('[connector-file...]', 'connectors: .json, .yaml or Kafka Connect .properties')
    .option('--worker <file>', 'worker settings; SPILLWAY_... variables override them')
    .option('--write-probe', 'also write an empty object below the prefix and delete it again', false)
    .option('--json', 'a list of findings as JSON', false)
    .action(async (paths: string[], options: DoctorOptions) => {
      const sections = await examine([...new Set(paths)].map(examinedFile), depsOf(options));
      process.stdout.write(options.json ? formatJson(sections) : formatSections(sections, coloured));
      process.exitCode = exitCode(sections);
    });
}

function examinedFile(path: string): ExaminedFile {
  const validation = validateFile(path, SINKS, processSecrets);
  const folder = dirname(resolve(path));
  if (!validation.valid) return { validation, parsed: undefined, folder };
  const raw = readConnectorFile(path);
  return { validation, parsed: checkConnector(sinkOf(raw, SINKS), raw).parsed, folder };
}

function depsOf({ worker, writeProbe }: DoctorOptions): ExamineDeps {
  const kafka = { logger: silentLogger, clock: systemClock, random: Math.random };
  const oss = { clock: systemClock, secrets: processSecrets, role: () => roleCredentials(process.env) };
  return {
    nodeVersion: process.versions.node,
    loadPackage: (name) => import(name),
    loadWorker: () => loadWorker(worker),
    secrets: processSecrets,
    inspector: (connection) => new ClusterInspector(connection, kafka),
    offsets: (connection) => createKafkaDriver(connection, kafka).admin(),
    alikafka: async (config) => {
      const openApi = createOpenApi(config, { ...kafka, ...oss });
      return openApi && probeAlikafka(openApi);
    },
    target: {
      probeOss: (target) => probeOss(target, oss, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS), write: writeProbe }),
      probeElasticsearch: (config, topics) =>
        probeElasticsearch(config, topics, oss, AbortSignal.timeout(PROBE_TIMEOUT_MS)),
      probeMaxCompute: (config) =>
        probeMaxCompute(config, { ...oss, random: Math.random }, AbortSignal.timeout(PROBE_TIMEOUT_MS)),
      probeFc: (config) =>
        probeFunction(fcWay(config, { ...oss, nonce: randomUUID }), oss, AbortSignal.timeout(PROBE_TIMEOUT_MS)),
      connectTo,
      isReadable: (path) =>
        access(path, constants.R_OK).then(
          () => true,
          () => false,
        ),
      unusedName: randomUUID(),
    },
    now: () => systemClock.now(),
  };
}

function coloured(severity: Severity, text: string): string {
  if (process.stdout.isTTY !== true) return text;
  return { ok: pc.green, warning: pc.yellow, problem: pc.red }[severity](text);
}
