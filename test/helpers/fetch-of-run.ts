import type { FetchWay } from '../../shared/kafka/driver.ts';

/** The fetch path of this test run, by the worker's own variable: `SPILLWAY_KAFKA_FETCH=kafkajs npm test` runs everything on the fall-back,
 *  drivers in the tests' processes by this, started programs by the environment they inherit. */
export const fetchOfRun: FetchWay = process.env['SPILLWAY_KAFKA_FETCH'] === 'kafkajs' ? 'kafkajs' : 'fast';
