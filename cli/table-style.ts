/** Colours of a table: none where the output is not a terminal, so that it can be kept and searched. */
export function tableStyle(): { head: string[]; border: string[] } {
  return process.stdout.isTTY === true ? { head: ['cyan'], border: ['gray'] } : { head: [], border: [] };
}
