/** Which worker of the group runs which connector and which task. Pure, and the same for the same question: whoever leads comes to the same.
 *
 *  Every task goes to exactly one worker; no worker has more than one task more than another; of what a worker has already it keeps as much
 *  as that allows. The same holds of connectors, whose worker only watches over them. Among what moves, tasks of one connector are spread. */

/** What there is to be shared out. */
export interface WantedConnector {
  readonly name: string;
  /** Tasks 0 to `tasks` - 1. */
  readonly tasks: number;
}

/** What a worker has, or is given. */
export interface Share {
  readonly connectors: readonly string[];
  /** Task ids, ascending, by connector. */
  readonly tasks: ReadonlyMap<string, readonly number[]>;
}

export interface Claimant {
  /** Of the member, unique in the group. */
  readonly id: string;
  /** Of the assignment that `has` came from: where two claim the same, the newer one is right. */
  readonly generation: number;
  readonly has: Share;
}

/** One thing to give out. */
interface Item {
  readonly key: string;
  readonly connector: string;
  readonly task: number;
}

/** By member id, an entry for each of `claimants`. */
export function assign(wanted: readonly WantedConnector[], claimants: readonly Claimant[]): ReadonlyMap<string, Share> {
  // Of two that are equally new the first by id is right.
  const byRank = [...claimants].sort((a, b) => b.generation - a.generation || compare(a.id, b.id));
  const sorted = [...wanted].sort((a, b) => compare(a.name, b.name));
  const connectors = shareOut(
    sorted.map(({ name }) => ({ key: name, connector: name, task: 0 })),
    byRank.map(({ id, has }) => ({ id, has: has.connectors })),
  );
  const tasks = shareOut(
    sorted.flatMap(({ name, tasks }) =>
      Array.from({ length: tasks }, (_, task) => ({ key: taskKey(name, task), connector: name, task })),
    ),
    byRank.map(({ id, has }) => ({
      id,
      has: [...has.tasks].flatMap(([name, ids]) => ids.map((task) => taskKey(name, task))),
    })),
  );
  return new Map(
    byRank.map(({ id }) => [
      id,
      {
        connectors: (connectors.get(id) ?? []).map(({ connector }) => connector).sort(compare),
        tasks: byConnector(tasks.get(id) ?? []),
      },
    ]),
  );
}

/** What one worker keeps, and then gets. */
class Bin {
  readonly items = new Set<Item>();
  readonly #perConnector = new Map<string, number>();

  constructor(readonly id: string) {}

  add(item: Item): void {
    this.items.add(item);
    this.#perConnector.set(item.connector, this.countOf(item) + 1);
  }

  /** Takes out what is over `quota`: of the connectors that have the most here, the last tasks. */
  cut(quota: number): Item[] {
    const cut: Item[] = [];
    const inTurn = [...this.items].sort(inOrder);
    while (this.items.size > quota) {
      const crowded = inTurn.reduce((most, item) => (this.countOf(item) >= this.countOf(most) ? item : most));
      inTurn.splice(inTurn.indexOf(crowded), 1);
      this.items.delete(crowded);
      this.#perConnector.set(crowded.connector, this.countOf(crowded) - 1);
      cut.push(crowded);
    }
    return cut;
  }

  /** Tasks of the same connector. */
  countOf({ connector }: Item): number {
    return this.#perConnector.get(connector) ?? 0;
  }
}

/** @param owners in the order in which claims to the same item are heard */
function shareOut(
  items: readonly Item[],
  owners: readonly { readonly id: string; readonly has: readonly string[] }[],
): ReadonlyMap<string, readonly Item[]> {
  const free = new Map(items.map((item) => [item.key, item]));
  const bins = owners.map(({ id, has }) => {
    const bin = new Bin(id);
    for (const key of has) {
      const item = free.get(key);
      if (item !== undefined && free.delete(key)) bin.add(item);
    }
    return bin;
  });
  // Those that have the most may have the one more, so that the fewest move.
  bins.sort((a, b) => b.items.size - a.items.size || compare(a.id, b.id));
  const least = Math.floor(items.length / Math.max(bins.length, 1));
  const larger = items.length - least * bins.length;
  const quotas = new Map(bins.map((bin, index) => [bin, index < larger ? least + 1 : least]));
  for (const [bin, quota] of quotas) for (const item of bin.cut(quota)) free.set(item.key, item);
  for (const item of [...free.values()].sort(inOrder)) {
    const [bin] = bins
      .filter((candidate) => candidate.items.size < (quotas.get(candidate) ?? 0))
      .sort((a, b) => a.countOf(item) - b.countOf(item) || a.items.size - b.items.size || compare(a.id, b.id));
    bin?.add(item);
  }
  return new Map(bins.map(({ id, items: given }) => [id, [...given]]));
}

function byConnector(items: readonly Item[]): Map<string, number[]> {
  const grouped = new Map<string, number[]>();
  for (const { connector, task } of [...items].sort(inOrder)) {
    grouped.set(connector, [...(grouped.get(connector) ?? []), task]);
  }
  return grouped;
}

function taskKey(connector: string, task: number): string {
  return `${task} ${connector}`;
}

function inOrder(a: Item, b: Item): number {
  return compare(a.connector, b.connector) || a.task - b.task;
}

/** By code units: the same on every machine, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
