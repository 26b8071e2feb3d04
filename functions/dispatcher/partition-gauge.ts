/** A Prometheus gauge with a series for each partition that is owned now: prom-client's own would hash the labels of every partition at
 *  every scrape, which for a thousand of them holds up the event loop for longer than a batch takes. */

type Labels = Readonly<Record<string, string | number>>;

/** One line of the text format. */
export interface GaugeSeries {
  readonly labels: Labels;
  readonly value: number;
}

/** Fits prom-client's registry. Nothing is kept between two scrapes. */
export class PartitionGauge {
  readonly type = 'gauge';
  readonly aggregator = 'sum';

  /** @param series each set of labels once */
  constructor(
    readonly name: string,
    readonly help: string,
    private readonly series: () => Iterable<GaugeSeries>,
  ) {}

  /** What prom-client's registry renders. */
  get(): { name: string; help: string; type: string; aggregator: string; values: GaugeSeries[] } {
    const { name, help, type, aggregator } = this;
    return { name, help, type, aggregator, values: [...this.series()] };
  }

  /** The registry calls it; there is nothing to forget. */
  reset(): void {
    return;
  }
}
