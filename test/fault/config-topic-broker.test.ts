import { describe, expect, it } from 'vitest';
import { connectorOf, storesOf } from '../helpers/control-plane/stores.ts';
import { Api, type Harm } from '../helpers/fault-proxy.ts';
import { uniqueName } from '../helpers/kafka.ts';
import { readTopic } from '../helpers/pipeline.ts';
import { startProxiedKafka } from '../helpers/proxied-kafka.ts';
import { waitFor } from '../helpers/wait-for.ts';

const END_TXN = 26;

/** Does it to the first answer of this kind, and to no other. */
function once(apiKey: number, harm: 'cut' | 'swallow'): Harm {
  let done = false;
  return (request, answer) => {
    if (done || request.apiKey !== apiKey) return answer;
    done = true;
    return harm;
  };
}

describe('the config topic when its broker fails', () => {
  it('a lost answer makes nothing twice; a change that was answered 500 is never made; those who follow go on after a restart', async () => {
    const { broker, proxy, bootstrapServers } = await startProxiedKafka();
    const group = uniqueName('workers');
    const worker = storesOf(bootstrapServers, group);
    const hasty = storesOf(bootstrapServers, group, { 'rest.write.timeout.ms': '1000' });
    await Promise.all([worker.start(), hasty.start(), worker.board.start()]);
    await worker.write(connectorOf('first'));

    // Answers of the write, and of its end, that are lost on the way.
    proxy.harm = once(Api.produce, 'cut');
    await worker.write(connectorOf('produce-answer-lost'));
    proxy.harm = once(END_TXN, 'cut');
    await worker.write(connectorOf('end-answer-lost'));
    const keys = (await readTopic(bootstrapServers, worker.topics.config.name, 3)).map(({ key }) => String(key));
    expect(keys).toEqual(['connector-first', 'connector-produce-answer-lost', 'connector-end-answer-lost']);

    // The records arrive, and nobody is told.
    proxy.harm = (request, answer) => (request.apiKey === Api.produce ? 'swallow' : answer);
    await expect(hasty.write(connectorOf('never-1'))).rejects.toMatchObject({
      status: 500,
      message: expect.stringContaining('nothing was changed, and nothing will be'),
    });
    proxy.harm = (request, answer) => (request.apiKey === END_TXN ? 'swallow' : answer);
    const ends = proxy.requestsOf(END_TXN).length;
    const refused = await hasty.write(connectorOf('perhaps')).catch((thrown: Error) => thrown.message);
    // A machine that is slow enough does not come to the end in time.
    const perhaps = proxy.requestsOf(END_TXN).length > ends ? ['perhaps'] : [];
    expect(refused).toContain(perhaps.length > 0 ? 'may have been made' : 'nothing was changed');
    proxy.harm = undefined;

    // A broker that takes everything and answers nothing; what it was sent meanwhile it reads when it goes on.
    process.kill(broker.pid, 'SIGSTOP');
    try {
      const asked = await Promise.allSettled([hasty.write(connectorOf('never-2')), hasty.config.latest()]);
      expect(asked).toMatchObject([{ reason: { status: 500 } }, { reason: { status: 500 } }]);
      // What is known is still told.
      expect(hasty.names()).toContain('first');
    } finally {
      process.kill(broker.pid, 'SIGCONT');
    }
    await worker.write(connectorOf('after'));
    const known = ['after', 'end-answer-lost', 'first', ...perhaps, 'produce-answer-lost'];
    await waitFor(
      () =>
        hasty.config
          .latest()
          .then(() => true)
          .catch(() => false),
      { what: 'the broker to answer again' },
    );
    for (const { names } of [worker, hasty]) expect(names()).toEqual(known);

    worker.board.putTask('first', 0, { state: 'RUNNING', workerId: 'w:1', generation: 1, version: '1' });
    await worker.board.flush(60_000);
    const restarted = broker.restart();
    worker.board.putTask('first', 0, { state: 'PAUSED', workerId: 'w:1', generation: 1, version: '1' });
    await restarted;
    await waitFor(
      () =>
        worker
          .write(connectorOf('restarted'))
          .then(() => true)
          .catch(() => false),
      {
        what: 'the first change after the restart',
      },
    );
    await waitFor(() => hasty.names().includes('restarted'), { what: 'the change at the worker that followed' });
    await worker.board.flush(60_000);
    const late = storesOf(bootstrapServers, group);
    await Promise.all([late.start(), late.board.start()]);
    expect(late.names()).toEqual([...known, 'restarted'].sort());
    expect(late.board.tasks('first').get(0)?.state).toBe('PAUSED');
    expect(hasty.said.map(({ message }) => message)).not.toContain(
      'the configuration topic is not what was read any more; it is read from its beginning',
    );
  });
});
