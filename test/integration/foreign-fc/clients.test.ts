import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { pythonVenv } from '../../../infra/local/foreign/python-venv.ts';
import { announceForeignClient } from '../../helpers/foreign/announce.ts';
import { describeForeign } from '../../helpers/foreign/describe-foreign.ts';
import { FC_EXPECTED, type FcApi, type FcTarget, fcScenario } from '../../helpers/foreign/fc-scenario.ts';
import { FC2_VERSION, fc2Client } from '../../helpers/foreign/fc2-client.ts';
import { FC20230330_VERSION, fc20230330Client } from '../../helpers/foreign/fc20230330-client.ts';
import type { StepResult, StepResults } from '../../helpers/foreign/oss-scenario.ts';
import { runClient, stepsOf } from '../../helpers/foreign/program.ts';
import { standInForFile } from './stand-in.ts';

const PROGRAM = fileURLToPath(new URL('../../foreign/python/fc.py', import.meta.url));

const target = standInForFile();

function expectSteps(results: StepResults, differently: Readonly<Record<string, StepResult>> = {}): void {
  expect(results.map(([step]) => step)).toEqual(Object.keys(FC_EXPECTED));
  for (const [step, result] of results) expect.soft(result, step).toEqual(differently[step] ?? FC_EXPECTED[step]);
}

describe('clients of npm', () => {
  it('@alicloud/fc2 goes through the scenario', async () => {
    announceForeignClient('@alicloud/fc2 (npm)', FC2_VERSION);
    expect(FC2_VERSION).toBe('2.6.6');
    const connect = (endpoint: string, keys: Parameters<typeof fc2Client>[2]) => fc2Client(target(), endpoint, keys);
    expectSteps(await fcScenario(target(), '2.0', connect, 'by-npm-fc2'));
  });

  it('@alicloud/fc20230330 goes through the scenario', async () => {
    announceForeignClient('@alicloud/fc20230330 (npm)', FC20230330_VERSION);
    expect(FC20230330_VERSION).toBe('4.7.6');
    const connect = (endpoint: string, keys: Parameters<typeof fc20230330Client>[2]) =>
      fc20230330Client(target(), endpoint, keys);
    expectSteps(await fcScenario(target(), '3.0', connect, 'by-npm-fc20230330'));
  });
});

function environment({ temporary, ...of }: FcTarget): Record<string, string> {
  return {
    FC_ENDPOINT: of.endpoint,
    FC_SKEWED_ENDPOINT: of.skewedEndpoint,
    FC_KEY_ID: of.accessKeyId,
    FC_KEY_SECRET: of.accessKeySecret,
    FC_STS_KEY_ID: temporary.accessKeyId,
    FC_STS_KEY_SECRET: temporary.accessKeySecret,
    FC_STS_TOKEN: temporary.securityToken,
  };
}

describeForeign('Python clients of Function Compute', await pythonVenv(), (venv) => {
  it.each([
    ['aliyun-fc2', '2.0', {}],
    ['alibabacloud-fc20230330', '3.0', { 'too-large': { skipped: true } }],
  ] as const)('%s goes through the scenario', async (name, api: FcApi, differently) => {
    const program = { command: venv.python, args: ['-B', PROGRAM, name] };
    const output = await runClient(program, ['scenario', api], environment(target()));
    announceForeignClient(output.name, output.version);
    expect([output.name, output.version]).toEqual([`${name} (Python)`, venv.versions[name]]);
    expectSteps(stepsOf(output, api), differently);
  });
});
