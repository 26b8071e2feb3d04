/** A thread of `spillway run`: it runs a part of the tasks, as the main thread tells it. */
import { parentPort } from 'node:worker_threads';
import { serveThread, type WorkerSetup } from '../functions/dispatcher/main.ts';
import type { FromThread, GivenConnector, ThreadSeat } from '../functions/dispatcher/threads/messages.ts';
import { parseConnector } from '../shared/config/connector-keys.ts';
import { parseWorker } from '../shared/config/worker-keys.ts';
import './poison-buffers.ts';
import { loggerTo } from './logger.ts';
import { processSecrets } from './secret-resolver.ts';
import { SINKS } from './sinks.ts';
import { threadSeat } from './this-program.ts';

if (threadSeat === undefined || parentPort === null) throw new Error('this file serves a thread of spillway run only');
const seat = threadSeat;
const port = parentPort;
await serveThread(seat, () => setupOf(seat), port);

/** The main thread checked all of it. */
function setupOf({ index, connectors, worker, resumeStopped }: ThreadSeat): WorkerSetup {
  const { config } = parseWorker(worker);
  const write = (line: string) => port.postMessage({ say: 'log', line } satisfies FromThread);
  return {
    connectors: connectors.map(connectorOf),
    worker: config,
    secrets: processSecrets,
    logger: loggerTo({ write }, config['log.level']).child({ thread: index }),
    resumeStopped,
  };
}

function connectorOf({ raw, folder }: GivenConnector) {
  const definition = SINKS.find(({ connectorClass }) => connectorClass === raw['connector.class']);
  if (definition === undefined) throw new Error(`no sink is called ${String(raw['connector.class'])}`);
  return { definition, parsed: parseConnector(definition, raw), ...(folder === undefined ? {} : { folder }) };
}
