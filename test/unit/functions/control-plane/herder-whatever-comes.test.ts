import fc from 'fast-check';
import { expect, it } from 'vitest';
import { config, memoryCluster } from '../../../helpers/control-plane/memory-cluster.ts';
import { settle } from '../../../helpers/manual-clock.ts';

const name = fc.constantFrom('a', 'b', 'c');

/** What people and machines do. */
const event = fc.oneof(
  fc.record({ what: fc.constant('put' as const), name, tasks: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ what: fc.constant('break' as const), name }),
  fc.record({ what: fc.constant('delete' as const), name }),
  fc.record({
    what: fc.constant('target' as const),
    name,
    target: fc.constantFrom('STARTED' as const, 'PAUSED' as const, 'STOPPED' as const),
  }),
  fc.record({ what: fc.constant('restart' as const), name }),
  fc.record({ what: fc.constant('join' as const) }),
  fc.record({ what: fc.constant('stop' as const) }),
  fc.record({ what: fc.constant('forget' as const) }),
  fc.record({ what: fc.constant('wait' as const) }),
);

it('in the end every task that is wanted runs on exactly one worker, and the board says so', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 25 }), async (events) => {
      const { topic, board, group, worker } = memoryCluster();
      let born = 0;
      const workers = [await worker(`w${++born}`)];
      /** `tasks.max` of the last valid configuration. */
      const valid = new Map<string, number>();
      for (const one of events) {
        const known = 'name' in one && topic.state().connectors.has(one.name);
        if (one.what === 'put') {
          topic.put(one.name, config(one.name, one.tasks));
          valid.set(one.name, one.tasks);
        } else if (one.what === 'break' && known) topic.put(one.name, config(one.name, 9, { broken: 'x' }));
        else if (one.what === 'delete' && known) topic.write({ write: 'delete', name: one.name });
        else if (one.what === 'target' && known) topic.write({ write: 'target', name: one.name, target: one.target });
        else if (one.what === 'restart') {
          const order = { order: 'restart', connector: one.name, includeTasks: true, onlyFailed: false } as const;
          topic.write({ write: 'order', order });
        } else if (one.what === 'join' && workers.length < 4) workers.push(await worker(`w${++born}`));
        else if (one.what === 'stop' && workers.length > 1)
          void workers.shift()?.herder.stop(new AbortController().signal);
        else if (one.what === 'forget') group.forgetAll();
        else if (one.what === 'wait') await settle();
      }
      // Configurations that some worker never saw are another matter.
      for (const connector of topic.state().connectors.keys())
        topic.put(connector, config(connector, valid.get(connector) ?? 1));
      await settle();
      await settle();

      for (const connector of ['a', 'b', 'c']) {
        const stored = topic.state().connectors.get(connector);
        const running = workers.flatMap(({ host }) => host.running(connector)).sort();
        const said = [...board.tasks(connector)];
        const state = board.connector(connector)?.state;
        if (stored === undefined) {
          expect([running, said, state]).toEqual([[], [], undefined]);
          continue;
        }
        const all = Array.from({ length: valid.get(connector) ?? 1 }, (_, id) => id);
        if (stored.target === 'STARTED') expect(running).toEqual(all);
        else if (stored.target === 'STOPPED') expect(running).toEqual([]);
        else expect([[], all]).toContainEqual(running);
        const states = { STARTED: 'RUNNING', PAUSED: 'PAUSED', STOPPED: 'STOPPED' } as const;
        expect(state).toBe(states[stored.target]);
        expect(said.map(([id]) => id)).toEqual(running);
        for (const [id, status] of said) {
          const on = workers.findIndex(({ host }) => host.running(connector).includes(id));
          expect(status.state).toBe(states[stored.target]);
          expect(board.tasks(connector).get(id)?.workerId).toBe(workers[on]?.id);
        }
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);
