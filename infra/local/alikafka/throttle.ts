/** How often one user may do one thing. */
import { gatewayError } from './errors.ts';

/** Every call less than the interval after the last one that was let in is refused. */
export class Throttle {
  readonly #lastAt = new Map<string, number>();

  /** @param intervalMs 0 lets everything in */
  constructor(private readonly intervalMs: number) {}

  /** @throws AlikafkaError `Throttling.User` */
  check(accessKeyId: string, action: string, now: number): void {
    const key = `${accessKeyId} ${action}`;
    if (now - (this.#lastAt.get(key) ?? Number.NEGATIVE_INFINITY) < this.intervalMs) {
      throw gatewayError(400, 'Throttling.User', 'Request was denied due to user flow control.');
    }
    this.#lastAt.set(key, now);
  }
}
