/** How a test tells the end of the run which programs of other people it ran. It travels as metadata of the test, since tests run in
 *  processes of their own. */
import { type RunnerTestCase, TestRunner } from 'vitest';

/** A client that nobody here wrote, and what it calls its version. */
export interface ForeignClient {
  readonly name: string;
  readonly version: string;
}

declare module 'vitest' {
  interface TaskMeta {
    /** Set by `announceForeignClient`. */
    foreignClients?: readonly ForeignClient[];
    /** Set by `describeForeign`: `Go clients: no go on this machine`. */
    foreignSkip?: string;
  }
}

/** Says that the running test used this client: `npm test` names it before its last line. `version` is what the client itself or its
 *  package reports, not what was asked for. Saying it twice does no harm.
 *  @throws Error outside of a test, a hook included: nobody would hear it there */
export function announceForeignClient(name: string, version: string): void {
  const test = TestRunner.getCurrentTest<RunnerTestCase | undefined>();
  if (test === undefined) throw new Error(`announceForeignClient('${name}', …) was called outside of a test`);
  test.meta.foreignClients = [...(test.meta.foreignClients ?? []), { name, version }];
}
