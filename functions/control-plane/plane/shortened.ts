/** What somebody gave, in a message. */

/** Longest text that is repeated whole. */
const SHOWN_CHARACTERS = 100;

/** Its beginning, where it is long. Control characters are left out: messages go to terminals and logs as well. */
export function shortened(given: string): string {
  const text = given.replace(/\p{Cc}/gu, '');
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}...`;
}
