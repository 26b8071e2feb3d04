/** Date patterns of Joda time (`'year'=YYYY/'month'=MM`), told as a part of an object key template. */

/** Quoted text, a run of one letter, or anything else up to the next of these. */
const PART = /'((?:[^']|'')*)'|([a-zA-Z])\2*|[^a-zA-Z']+/g;
const TOKENS: Readonly<Record<string, string>> = {
  YYYY: 'yyyy',
  yyyy: 'yyyy',
  MM: 'MM',
  dd: 'dd',
  HH: 'HH',
  mm: 'mm',
  ss: 'ss',
};
/** Two times with nothing but separators between them are one. */
const NEIGHBOURS = /\}([-/:_. ]*)\{timestamp:/g;

/** The template's part, for example `year={timestamp:yyyy}`; `undefined` when the pattern has something that it cannot tell. */
export function timePath(pattern: string): string | undefined {
  let path = '';
  for (const [text, quoted, letter] of pattern.matchAll(PART)) {
    if (quoted !== undefined) path += quoted === '' ? "'" : quoted.replaceAll("''", "'");
    else if (letter === undefined) path += text;
    else if (TOKENS[text] === undefined) return undefined;
    else path += `{timestamp:${TOKENS[text]}}`;
  }
  const literals = path.replace(/\{timestamp:[a-zA-Z]+\}/g, '');
  if (/[{}]/.test(literals) || literals === path) return undefined;
  return path.replace(NEIGHBOURS, '$1').replace(/^\/+|\/+$/g, '');
}
