/** The tests of one client, whatever its language. */
import { beforeAll, describe, expect, it } from 'vitest';
import { announceForeignClient } from '../../helpers/foreign/announce.ts';
import {
  EXPECTED,
  type StepResult,
  type StepResults,
  VARIANTS,
  type Variant,
} from '../../helpers/foreign/oss-scenario.ts';
import {
  type OssTarget,
  type Program,
  type ProgramOutput,
  runProgram,
  stepsOf,
} from '../../helpers/foreign/program.ts';
import { expectReadBack } from './written-by-us.ts';

/** Results by step that one client gives by its own nature, and not as `EXPECTED` has them. */
export type Differently = Readonly<Record<string, StepResult>>;

export interface ClientUnderTest {
  /** Its package. */
  readonly name: string;
  /** As pinned: the client must call itself that. */
  readonly version: string;
  readonly program: Program;
  readonly differently?: (variant: Variant) => Differently;
}

/** Asserts each step of the scenario by name; all that differ are reported. */
export function expectSteps(steps: StepResults, differently: Differently = {}): void {
  expect(steps.map(([name]) => name)).toEqual(Object.keys(EXPECTED));
  for (const [name, result] of steps) expect.soft(result, name).toEqual(differently[name] ?? EXPECTED[name]);
}

/** Defines a client's tests: the scenario in every variant, by one start of its program, and the reading of what our sink wrote. */
export function describeClient(client: ClientUnderTest, target: () => OssTarget): void {
  const { name, version, program, differently = () => ({}) } = client;
  describe(name, () => {
    let output: ProgramOutput;
    beforeAll(async () => {
      output = await runProgram(program, ['scenario', ...VARIANTS], target(), `${name}/`);
    });

    it.each(VARIANTS)('goes through the scenario, %s', (variant) => {
      announceForeignClient(output.name, output.version);
      expect(output.version).toBe(version);
      expectSteps(stepsOf(output, variant), differently(variant));
    });

    it('reads back what our sink wrote', async () => {
      announceForeignClient(...(await expectReadBack(program, target(), `${name}-back`)));
    });
  });
}
