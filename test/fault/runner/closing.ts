/** What is to be ended at the end, first opened last. */
export type Closing = (() => Promise<unknown>)[];

/** Ends all of it in reverse order, each once, whatever the others do. Answers what went wrong. */
export async function closeAll(closing: Closing): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (const close of closing.splice(0).reverse()) await close().catch((thrown: unknown) => failures.push(thrown));
  return failures;
}
