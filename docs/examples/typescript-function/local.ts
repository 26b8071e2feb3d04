/** The function on a laptop: `npx spillway events fc-sink | node dist/local.mjs`, or without input for every test event. */
import { runLocally } from 'spillway/handler/testing';
import { handler } from './index.js';

process.exitCode = await runLocally(handler, process);
