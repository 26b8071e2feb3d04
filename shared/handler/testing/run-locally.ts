/** A handler on a laptop: `spillway events fc-sink | node local.mjs`. */
import { describeInvocation } from './describe-invocation.ts';
import { type AnyHandler, type Invocation, type InvokeOptions, invoke } from './invoke.ts';
import { testEvents } from './test-event.ts';

/** What is used of `process`. */
export interface LocalProcess {
  /** The event; without one (a terminal), every test event in turn. */
  readonly stdin: AsyncIterable<unknown> & { readonly isTTY?: boolean | undefined };
  readonly stdout: { write(text: string): unknown };
}

/** Calls `handler` with the event on standard input, or with every test event, and prints what became of it.
 *  Resolves with the exit code: 0 when each record was written or dropped, else 1.
 *  @throws FatalError `EVENT_INVALID` when what comes in is no event */
export async function runLocally(
  handler: AnyHandler,
  { stdin, stdout }: LocalProcess,
  options: InvokeOptions = {},
): Promise<number> {
  let exitCode = 0;
  const run = async (event: string | Uint8Array) => {
    const invocation = await invoke(handler, event, options);
    stdout.write(`${describeInvocation(invocation)}\n`);
    if (!isGood(invocation)) exitCode = 1;
  };
  if (stdin.isTTY === true) {
    for (const { name, event } of testEvents()) {
      stdout.write(`\n${name}\n`);
      await run(event);
    }
  } else {
    const chunks: Buffer[] = [];
    for await (const chunk of stdin) chunks.push(Buffer.from(chunk as string | Uint8Array));
    await run(Buffer.concat(chunks));
  }
  return exitCode;
}

function isGood({ end, outcomes }: Invocation): boolean {
  return end === 'answered' && outcomes.every(({ status }) => status === 'written' || status === 'dropped');
}
