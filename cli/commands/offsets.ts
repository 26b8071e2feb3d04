/** `spillway offsets`: where a connector's group stands, and the moving of it. Without `--yes` nothing is changed. */
import { Command, Option } from 'commander';
import type { ResetTarget } from '../../functions/dispatcher/offsets/moves.ts';
import {
  applyReset,
  type GroupPositions,
  type OffsetsDeps,
  planReset,
  type ResetPlan,
  readGroup,
  refuseMembers,
} from '../../functions/dispatcher/offsets/reset.ts';
import { selectPartitions } from '../../functions/dispatcher/offsets/selection.ts';
import { tellsOccasions } from '../../functions/dispatcher/plan.ts';
import { systemClock } from '../../shared/clock.ts';
import { kafkaConnection } from '../../shared/config/worker-keys.ts';
import type { StartOffset } from '../../shared/kafka/driver.ts';
import { ClusterInspector } from '../../shared/kafka/inspect/cluster-inspector.ts';
import { createKafkaDriver } from '../../shared/kafka/kafkajs-driver.ts';
import { type LoadedConnector, loadConnectors } from '../load-connectors.ts';
import { loadWorker } from '../load-worker.ts';
import { createLogger } from '../logger.ts';
import { consequences } from '../offsets/consequences.ts';
import { membersText, movesTable, positionsData, positionsText, resetData } from '../offsets/render.ts';
import { undoCommand } from '../offsets/undo-command.ts';
import { assignmentsOf, distanceOf, partitionsOf, placeOf } from '../offsets/where.ts';
import { processSecrets } from '../secret-resolver.ts';

const FETCH_MAX_BYTES = 1024 * 1024;

const HELP = `
Without --to, --by or --set it shows where the group stands. With one of them it shows what would change; --yes makes the
change. The connector must be stopped: while members run, offsets are theirs (GROUP_HAS_MEMBERS).
A change drops what is stored with the commits: the mark of errors.policy=stop, and planned batches.

Examples:
  spillway offsets orders.yaml
  spillway offsets orders.yaml --to 2026-01-31T08:00:00+08:00
  spillway offsets orders.yaml --topic orders --partition 3 --by +1 --yes
  spillway offsets orders.yaml --set orders:0=1200,orders:1=1180 --yes`;

interface OffsetsOptions {
  readonly to?: StartOffset | { readonly offset: number };
  readonly by?: number;
  readonly set?: ReturnType<typeof assignmentsOf>;
  readonly topic?: string;
  readonly partition?: readonly number[];
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly worker?: string;
  readonly json: boolean;
}

export function offsetsCommand(): Command {
  return new Command('offsets')
    .description("show where a connector's consumer group stands, or move it: preview first, changed only with --yes")
    .argument('<connector-file>', 'connector: .json, .yaml or Kafka Connect .properties')
    .addOption(
      new Option('--to <where>', 'earliest, latest, an offset, or an ISO time with its zone')
        .argParser(placeOf)
        .conflicts(['by', 'set']),
    )
    .addOption(
      new Option('--by <distance>', '+N or -N offsets from the committed one, within the log')
        .argParser(distanceOf)
        .conflicts(['to', 'set']),
    )
    .addOption(
      new Option('--set <offsets>', 'explicitly: TOPIC:PARTITION=OFFSET, several with commas')
        .argParser(assignmentsOf)
        .conflicts(['to', 'by', 'topic', 'partition']),
    )
    .option('--topic <topic>', 'of this topic only')
    .option('--partition <numbers>', 'of these partitions only, such as 0,3', partitionsOf)
    .addOption(new Option('--yes', 'make the change').default(false).conflicts('dryRun'))
    .option('--dry-run', 'show the change and do not make it, as without --yes', false)
    .option('--worker <file>', 'worker settings; SPILLWAY_... variables override them')
    .option('--json', 'as JSON', false)
    .addHelpText('after', HELP)
    .action(async (file: string, options: OffsetsOptions, command: Command) => {
      if (options.yes && targetOf(options) === undefined) command.error('error: --yes needs --to, --by or --set');
      const { config: worker } = loadWorker(options.worker);
      const logger = createLogger('warn', process.stderr.isTTY === true);
      const [connector] = loadConnectors([file], logger);
      if (connector === undefined) throw new Error('loadConnectors answers one connector a file');
      const connection = kafkaConnection(worker, processSecrets);
      const kafka = { logger, clock: systemClock, random: Math.random };
      const driver = createKafkaDriver(connection, kafka);
      const isolationLevel = connector.parsed.connector['isolation.level'];
      const deps = {
        admin: driver.admin(),
        reader: driver.reader({ isolationLevel, fetchMaxBytes: FETCH_MAX_BYTES }),
        inspector: new ClusterInspector(connection, kafka),
      };
      try {
        await lookOrMove(deps, connector, file, options);
      } finally {
        deps.inspector.close();
        await Promise.all([deps.admin.close(), deps.reader.close()]);
      }
    });
}

/** @throws ConfigError, FatalError, RetriableError */
async function lookOrMove(deps: OffsetsDeps, connector: LoadedConnector, file: string, options: OffsetsOptions) {
  const config = connector.parsed.connector;
  const { topics, 'topics.regex': pattern, name } = config;
  const state = await readGroup(deps, {
    groupId: config['consumer.group.id'],
    topics: topics ?? pattern ?? [],
    startOffset: config['consumer.start.offset'],
    isolationLevel: config['isolation.level'],
  });
  const selection = { topic: options.topic, partitions: options.partition };
  const target = targetOf(options);
  if (target === undefined) {
    const shown = selectPartitions(state.positions, selection);
    print(options.json ? `${JSON.stringify(positionsData(name, state, shown))}\n` : positionsText(name, state, shown));
    return;
  }
  if (options.yes) refuseMembers(state.source.groupId, state.group.members);
  const plan = await planReset(deps, state, target, selection);
  const undo = undoCommand(plan.undo, file, options.worker);
  if (!options.json) print(previewText(connector, state, plan));
  if (options.yes && plan.moves.length > 0) {
    await move(deps, connector, state, plan, { ...options, file });
    return;
  }
  if (options.json) print(`${JSON.stringify(resetData(name, state, plan, undo))}\n`);
  else if (plan.moves.length > 0) print(unchangedText(state, undo));
}

/** Makes the change. Should its answer be lost, what undoes it is said all the same. */
async function move(
  deps: OffsetsDeps,
  connector: LoadedConnector,
  state: GroupPositions,
  plan: ResetPlan,
  { file, worker, json }: OffsetsOptions & { readonly file: string },
): Promise<void> {
  const { name } = connector.parsed.connector;
  let result: Awaited<ReturnType<typeof applyReset>>;
  try {
    result = await applyReset(deps, state, plan);
  } catch (thrown) {
    const undo = undoCommand(plan.undo, file, worker);
    if (undo !== undefined) process.stderr.write(`If anything was changed, this undoes it: ${undo}\n`);
    throw thrown;
  }
  const undo = undoCommand(result.undo, file, worker);
  if (result.refused.length > 0) process.exitCode = 1;
  if (json) {
    print(`${JSON.stringify(resetData(name, state, plan, undo, result))}\n`);
    return;
  }
  print(
    [
      `Changed: ${result.committed.length} of ${plan.moves.length} partitions.`,
      ...result.refused.map(
        ({ move: refused, code, message }) => `Not changed: ${refused.topic}-${refused.partition}, ${code}: ${message}`,
      ),
      ...undoLines(undo, result.undo.lost),
      '',
    ].join('\n'),
  );
}

function targetOf({ to, by, set }: OffsetsOptions): ResetTarget | undefined {
  if (set !== undefined) return { set };
  if (by !== undefined) return { by };
  if (to === undefined) return undefined;
  return typeof to === 'object' ? to : { to };
}

function previewText({ definition, parsed }: LoadedConnector, { source }: GroupPositions, plan: ResetPlan): string {
  const head = `${parsed.connector.name}: offsets of group ${source.groupId}`;
  if (plan.moves.length === 0) return `${head}: nothing to change, it stands there already.\n`;
  const target = { ...definition, callsHaveIds: tellsOccasions(parsed.connector) };
  return `${[head, movesTable(plan), ...consequences(plan.moves, target)].join('\n')}\n`;
}

function unchangedText({ group }: GroupPositions, undo: string | undefined): string {
  const running =
    group.members.length === 0
      ? []
      : [`It will be refused while they run (GROUP_HAS_MEMBERS): ${membersText(group.members)}.`];
  return [
    'Nothing was changed. The same command with --yes makes the change.',
    ...running,
    ...(undo === undefined ? [] : [`This would undo it: ${undo}`]),
    '',
  ].join('\n');
}

function undoLines(undo: string | undefined, lost: readonly string[]): string[] {
  return [
    ...(undo === undefined ? [] : [`This undoes it: ${undo}`]),
    ...lost.map((what) => `Not undone by it: ${what}.`),
  ];
}

function print(text: string): void {
  process.stdout.write(text);
}
