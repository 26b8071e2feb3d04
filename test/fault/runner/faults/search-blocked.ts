import type { Fault } from '../fault.ts';
import type { SearchTarget } from '../world.ts';

const INDICES = 'documents,documents-keyed';

/** What the server does by itself when its disk is nearly full; what people do; an index that is closed. */
const BLOCKS = ['index.blocks.read_only_allow_delete', 'index.blocks.write', 'closed'] as const;

async function block({ request }: SearchTarget, which: (typeof BLOCKS)[number], isOn: boolean): Promise<void> {
  if (which === 'closed') await request('POST', `/${INDICES}/${isOn ? '_close' : '_open'}`);
  else await request('PUT', `/${INDICES}/_settings`, { [which]: isOn ? true : null });
}

/** The indices take no documents for a while. */
export const fault: Fault = {
  name: 'search-blocked',
  class: 'index read-only or closed',
  weight: 2,
  holdMs: [1_500, 4_000],
  async inject({ search, say }, random) {
    const which = random.pick(BLOCKS);
    say(which);
    await block(search, which, true);
    return () => block(search, which, false);
  },
};
