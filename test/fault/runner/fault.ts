import type { Random } from './random.ts';
import type { World } from './world.ts';

/** Something that goes wrong. One file a fault below `faults/`, listed in `catalogue.ts`. */
export interface Fault {
  /** Kebab-case, as on the command line. */
  readonly name: string;
  /** The failure class it belongs to: one line of the report. */
  readonly class: string;
  /** How often it is drawn, beside the others' weights. */
  readonly weight: number;
  /** How long it lasts before it is lifted, in ms, drawn between the two; 500 to 2,500 when absent. [0, 0] when `inject` itself waits. */
  readonly holdMs?: readonly [least: number, most: number];
  /** True: never together with another fault. */
  readonly alone?: boolean;
  /** True: `inject` waits until records arrive, so no other fault may come before it in its round. */
  readonly comesFirst?: boolean;
  /** Lets it go wrong, with parameters drawn from `random`, and says them with `world.say`. The promise that it answers with lifts it:
   *  afterwards everything works again. Proxies, the targets' ordered faults and stopped workers are set right by the runner anyway
   *  (`world.calm`); workers that died come back by themselves. An error thrown by either ends the run: it is a fault of the runner. */
  inject(world: World, random: Random): Promise<() => Promise<void>>;
}

/** For faults that are over once injected. */
export const nothingToLift = async (): Promise<void> => undefined;
