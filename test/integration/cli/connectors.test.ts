import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connectorsCommand } from '../../../cli/commands/connectors.ts';
import { exitCodeOf, explain } from '../../../cli/exit-code.ts';
import { certificateAuthority } from '../../../infra/local/certificates.ts';
import { startInProcessWorker } from '../../helpers/control-plane/in-process-worker.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { recordOf, spawnCli, startRig } from '../../helpers/pipeline.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const DEAD = 'http://127.0.0.1:1';

async function listening(server: Server | HttpServer): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Takes connections, and never says anything. */
async function frozen(): Promise<string> {
  const sockets = new Set<Socket>();
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return await listening(createServer((socket) => void sockets.add(socket)));
}

/** Arguments that each command needs, by its name; `yes` where it would ask. */
async function everyCommand(): Promise<string[][]> {
  const file = join(await temporaryFolder(), 'orders.yaml');
  await writeFile(file, 'name: orders\nconnector.class: fc-sink\ntopics: orders\n');
  const more: Readonly<Record<string, readonly string[]>> = {
    create: [file],
    update: [file],
    validate: [file],
    delete: ['orders', '--yes'],
    redrive: ['orders', '--all', '--yes'],
  };
  return connectorsCommand().commands.map((command) => {
    const named = command.registeredArguments.some(({ required }) => required) ? ['orders'] : [];
    return [command.name(), ...(more[command.name()] ?? named)];
  });
}

/** What a command ends with: its exit code and its sentence. */
async function failureOf(args: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  const command: Command = connectorsCommand();
  return await command.parseAsync(args, { from: 'user' }).then(
    () => expect.fail(`${args.join(' ')} did not fail`),
    (thrown: unknown) => ({ code: exitCodeOf(thrown), said: explain(thrown) }),
  );
}

/** What a command prints and ends with, in this process: as one of its own would, and sooner. One at a time. */
async function ranHere(args: readonly string[]) {
  const [out, err] = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(() => true),
  );
  const text = (spy: typeof out) => (spy?.mock.calls ?? []).map(([chunk]) => String(chunk)).join('');
  try {
    const thrown = await connectorsCommand()
      .parseAsync(args, { from: 'user' })
      .then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
    const code = thrown === undefined ? (process.exitCode ?? 0) : exitCodeOf(thrown.error);
    return { code, stdout: text(out), stderr: text(err) + (thrown === undefined ? '' : explain(thrown.error)) };
  } finally {
    out?.mockRestore();
    err?.mockRestore();
    process.exitCode = undefined;
  }
}

describe('spillway connectors without an API', () => {
  it('says with every command that nobody is there, and how to come by one', async () => {
    const commands = await everyCommand();
    expect(commands.length).toBeGreaterThan(20);
    for (const args of commands) {
      const { code, said } = await failureOf([...args, '--url', DEAD]);
      expect([args[0], code, said]).toEqual([
        args[0],
        2,
        expect.stringContaining(`API_UNREACHABLE: no way to ${DEAD}`),
      ]);
    }
  });

  it('waits no longer than it is told for one that is frozen', async () => {
    const url = await frozen();
    const all = (await everyCommand()).map((args) => failureOf([...args, '--url', url, '--timeout', '0.5']));
    for (const { code, said } of await Promise.all(all)) {
      expect([code, said]).toEqual([2, expect.stringContaining(`API_TIMEOUT: ${url} did not answer within 0.5 s`)]);
    }
  });

  it('does not wait for an answer that never ends', async () => {
    const server = createHttpServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{');
    });
    onTestFinished(() => server.closeAllConnections());
    const url = await listening(server);
    expect(await failureOf(['list', '--url', url, '--timeout', '0.5'])).toMatchObject({ code: 2 });
  });

  it('knows another service by its answer', async () => {
    const url = await listening(
      createHttpServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')),
    );
    for (const args of await everyCommand()) {
      const { code, said } = await failureOf([...args, '--url', url]);
      expect([args[0], code, said]).toEqual([args[0], 2, expect.stringContaining('is not a Kafka Connect API')]);
    }
    expect((await failureOf(['list', '--url', url.replace('http:', 'https:')])).said).toContain('without TLS');
  });
});

describe('spillway connectors over TLS', () => {
  it('trusts the authority that is named, and says how to name one', async () => {
    const authority = await certificateAuthority(await temporaryFolder(), 'ca');
    const { key, cert } = await authority.issue('worker');
    const server = createHttpsServer({ key, cert }, (_request, response) => {
      response.writeHead(403, { 'content-type': 'application/json' }).end('{"error_code":403,"message":"Not you."}');
    });
    const url = (await listening(server)).replace('http:', 'https:');
    expect(await failureOf(['list', '--url', url])).toEqual({
      code: 2,
      said: expect.stringMatching(/API_NOT_TRUSTED.*--ca/),
    });
    const trusted = await failureOf(['list', '--url', url, '--ca', authority.file]);
    expect(trusted).toEqual({ code: 1, said: expect.stringContaining('API_REFUSED: Not you; sign in') });
  });
});

describe('spillway connectors --watch', () => {
  it('shows what changes, goes on while the API is away, and ends at SIGINT', async () => {
    const states = ['RUNNING', 'RUNNING', undefined, 'PAUSED'];
    let asked = 0;
    const server = createHttpServer((_request, response) => {
      const state = states[Math.min(asked++, states.length - 1)];
      if (state === undefined) {
        response.destroy();
        return;
      }
      const status = { name: 'orders', connector: { state, worker_id: 'w:1' }, tasks: [] };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(status));
    });
    const args = ['connectors', 'status', 'orders', '--watch', '--interval', '0.2', '--url', await listening(server)];
    const run = spawnCli(args, {});
    await waitFor(() => asked > states.length, { what: 'the last look' });
    run.kill('SIGINT');
    const { code, stdout } = await run.result;
    expect(code).toBe(0);
    expect(stdout.match(/RUNNING|PAUSED|API_UNREACHABLE/g)).toEqual(['RUNNING', 'API_UNREACHABLE', 'PAUSED']);
  });
});

describe('spillway without an API, or without Kafka', () => {
  it('exits 2 with a sentence', async () => {
    const env = {
      SPILLWAY_BOOTSTRAP_SERVERS: '127.0.0.1:1',
      SPILLWAY_LISTENERS: 'http://127.0.0.1:0',
      SPILLWAY_URL: DEAD,
    };
    const [api, worker] = await Promise.all([
      spawnCli(['connectors', 'status'], env).result,
      spawnCli(['worker'], env).result,
    ]);
    const lines = (text: string) => text.trimEnd().split('\n');
    expect([api.code, api.stdout, lines(api.stderr)]).toEqual([2, '', [expect.stringContaining('API_UNREACHABLE')]]);
    expect([worker.code, lines(worker.stderr).at(-1)]).toEqual([
      2,
      expect.stringContaining('BROKER_UNREACHABLE: no Kafka'),
    ]);
  });
});

describe('spillway connectors', () => {
  it('takes a connector from its file to its end', async () => {
    const rig = await startRig();
    const settings = { 'connector.target.hosts': '*,127.0.0.1' };
    const env = { OSS_ID: rig.credentials.accessKeyId, OSS_KEY: rig.credentials.accessKeySecret };
    const worker = await startInProcessWorker(uniqueName('workers'), {
      settings: { ...settings, 'connector.secret.variables': 'OSS_*' },
      env,
    });
    const topic = await rig.createTopic(1);
    await rig.produce(topic, 0, [recordOf('k', 'v')]);
    const name = uniqueName('orders');
    const path = await rig.connectorFile(name, {
      topics: topic,
      'linger.ms': '50',
      'oss.access.key.id': '${env:OSS_ID}',
      'oss.access.key.secret': '${env:OSS_KEY}',
    });
    const cli = (...args: string[]) => ranHere([...args, '--url', worker.url]);
    const said = async (...args: string[]) => {
      const { code, stdout, stderr } = await cli(...args);
      expect([code, stderr], args.join(' ')).toEqual([0, '']);
      return stdout;
    };

    expect(await said('validate', path)).toContain('valid');
    expect(await said('create', path, '--wait')).toContain(`${name}: made, RUNNING, tasks: 2 running`);
    expect(await said('list')).toMatch(new RegExp(`${name}.*oss-sink.*RUNNING.*2 running`));
    expect(JSON.parse(await said('test', name, '--json'))).toMatchObject({ outcome: 'written', offset: 1 });
    expect(await said('stop', name, '--wait')).toContain('STOPPED');
    expect(await said('lag', name)).toContain(': 0 records left');
    expect(await said('offsets', name, '--set', `${topic}:0=0`)).toContain('Nothing was changed');
    expect(await said('offsets', name, '--set', `${topic}:0=0`, '--yes')).toContain('altered successfully');
    expect(await said('lag', name)).toContain(': 2 records left');

    const again = await cli('create', path);
    const there = await cli('update', name, '--set', 'batch.size=many');
    const unknown = await cli('pause', `${name}-not`);
    const asked = await cli('delete', name);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining(`spillway connectors update ${path}`)]);
    expect([there.code, there.stderr]).toEqual([1, expect.stringContaining('batch.size: expected')]);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('spillway connectors list')]);
    expect([asked.code, asked.stderr]).toEqual([1, expect.stringContaining('--yes')]);
    expect(await said('delete', name, '--yes', '--group')).toContain('deleted, with its group');
    expect(await said('list', '--names')).toBe('');
  });
});
