import { waitFor } from '../../../helpers/wait-for.ts';
import { type Fault, nothingToLift } from '../fault.ts';

/** Its process dies with half of a batch taken; its platform starts it again after a moment. */
export const fault: Fault = {
  name: 'function-killed',
  class: 'function killed in mid-batch',
  weight: 2,
  comesFirst: true,
  async inject(world) {
    world.say('the function dies with the next batch');
    await world.fn.order({ kind: 'die-in-batch' });
    await waitFor(() => world.fn.pid === undefined, { what: 'the function to die' });
    // The runner starts it again when the round is over.
    return nothingToLift;
  },
};
