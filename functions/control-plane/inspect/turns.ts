/** How many questions that cost memory a worker answers at a time. */
import { Refused } from '../refused.ts';

export class Turns {
  #taken = 0;

  constructor(private readonly most: number) {}

  /** Runs `work` unless too many are under way: who asks waits best.
   *  @throws Refused 429; what `work` throws */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken >= this.most) {
      throw new Refused(429, `This worker answers ${this.most} such questions at a time. Ask again in a few seconds.`);
    }
    this.#taken++;
    try {
      return await work();
    } finally {
      this.#taken--;
    }
  }
}
