/** A program: carries a topic to its end through the dispatcher. Arguments: BOOTSTRAP TOPIC PLAN, a `CarryPlan` as JSON. */
import { benchWorker, type CarryPlan } from '../measured/bench-worker.ts';
import { measure, tell } from '../measured/measure.ts';

const [bootstrapServers = '', topics = '', json = '{}'] = process.argv.slice(2);
const { target, config } = JSON.parse(json) as CarryPlan;
const worker = await benchWorker(bootstrapServers, [{ target, config: { topics, ...config } }]);
const never = new AbortController().signal;
tell(
  await measure(async () => {
    const { ok, reasons, connectors } = await worker.run(true, never, never);
    if (!ok) throw new Error(reasons.join('\n'));
    return connectors.reduce((sum, { totals }) => sum + totals.written, 0);
  }),
);
