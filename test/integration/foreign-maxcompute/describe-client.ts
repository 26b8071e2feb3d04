/** The tests of one client of MaxCompute, whatever its language. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { RowCells } from '../../../infra/local/maxcompute/server.ts';
import { announceForeignClient } from '../../helpers/foreign/announce.ts';
import {
  MAXCOMPUTE_EXPECTED,
  MAXCOMPUTE_VARIANTS,
  type MaxComputeVariant,
} from '../../helpers/foreign/maxcompute-scenario.ts';
import type { StepResult } from '../../helpers/foreign/oss-scenario.ts';
import { type Program, type ProgramOutput, runClient, stepsOf } from '../../helpers/foreign/program.ts';
import type { StandIn } from './stand-in.ts';

export interface ClientUnderTest {
  readonly name: string;
  /** As pinned: the client must call itself that. */
  readonly version: string;
  readonly program: Program;
  /** Steps that it must have gone through, in order. */
  readonly steps: readonly string[];
  /** Results by step that the client gives by its own nature. */
  readonly differently?: Readonly<Record<string, StepResult>>;
  /** The table that its step `types` makes. */
  readonly typesTable: (variant: MaxComputeVariant) => string;
  /** What must lie in that table. */
  readonly rows: readonly RowCells[];
}

/** Defines a client's tests: the scenario in each variant, by one start of its program. */
export function describeClient(client: ClientUnderTest, standIn: () => StandIn): void {
  const { name, version, program, steps, differently = {}, typesTable, rows } = client;
  describe(name, () => {
    let output: ProgramOutput;
    beforeAll(async () => {
      output = await runClient(program, ['scenario', ...MAXCOMPUTE_VARIANTS], standIn().environment);
    });

    it.each(MAXCOMPUTE_VARIANTS)('goes through the scenario, %s', (variant) => {
      announceForeignClient(output.name, output.version);
      expect(output.version).toBe(version);
      const results = stepsOf(output, variant);
      expect(results.map(([step]) => step)).toEqual(steps);
      for (const [step, result] of results) {
        expect.soft(result, step).toEqual(differently[step] ?? MAXCOMPUTE_EXPECTED[step]);
      }
    });

    it.each(MAXCOMPUTE_VARIANTS)('has written every type of column without loss, %s', (variant) => {
      expect(standIn().server.rows(typesTable(variant))).toEqual(rows);
    });
  });
}
