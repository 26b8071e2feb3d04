/** Where a Spillway worker answers otherwise than Kafka Connect's, and means to. `docs/rest-compatibility.md` says of each what and why. */

export interface Difference {
  /** As the page names it. */
  readonly name: string;
  /** Ids of the recorded answers, by the status that ours has. */
  readonly answers: Readonly<Record<number, readonly string[]>>;
}

/** `ids('single/create', 58)`: `single/create-058`. */
function ids(part: string, ...numbers: readonly number[]): readonly string[] {
  return numbers.map((number) => `${part}-${String(number).padStart(3, '0')}`);
}

export const DIFFERENCES: readonly Difference[] = [
  {
    name: 'malformed-body',
    answers: {
      400: [
        ...ids('single/validate', 47, 48, 49, 50, 52),
        ...ids('single/create', 58, 59, 60, 62, 63, 65, 66, 67, 68, 69, 81),
        ...ids('single/config', 143, 144, 145, 147, 160, 161, 162),
        ...ids('single/offsets', 231, 232, 233),
        ...ids('single/loggers', 261, 262),
      ],
    },
  },
  { name: 'ambiguous-path', answers: { 400: [...ids('single/root', 14), ...ids('single/trap', 278, 280, 282)] } },
  {
    name: 'wording',
    answers: {
      400: [
        ...ids('single/create', 61, 64, 70, 71, 72, 73, 75, 76, 77),
        ...ids('single/config', 139, 140, 141, 142, 155, 156),
        ...ids('single/offsets', 225),
      ],
    },
  },
  { name: 'plugin-errors', answers: { 400: ids('single/validate', 43, 44, 46) } },
  { name: 'error-keys', answers: { 200: ids('single/validate', 35, 36, 39) } },
  { name: 'connector-plugins-only', answers: { 404: ids('single/plugins', 23, 24, 25) } },
  {
    name: 'sources',
    answers: {
      400: [
        ...ids('single/validate', 31),
        ...ids('single/create', 88),
        ...ids('single/config', 148),
        ...ids('single/offsets', 241, 243, 244),
      ],
      404: [...ids('single/read', 94, 109), ...ids('single/offsets', 204, 242, 245, 246)],
    },
  },
  {
    name: 'names',
    answers: {
      400: [...ids('single/create', 89), ...ids('single/trap', 277, 281)],
      404: [...ids('single/read', 100), ...ids('single/delete', 275)],
    },
  },
  { name: 'converters', answers: { 400: ids('single/create', 91), 404: ids('single/read', 108) } },
  { name: 'patched-name', answers: { 400: ids('single/config', 157) } },
  { name: 'internal-requests', answers: { 404: ids('single/life', 201), 405: ids('single/life', 200) } },
  {
    name: 'offset-checks',
    answers: { 200: ids('single/offsets', 221), 400: ids('single/offsets', 217, 218, 220, 222) },
  },
  { name: 'offset-notes', answers: { 200: ids('single/offsets', 215) } },
  {
    name: 'connector-code',
    answers: {
      200: ids('states/failed', 6, 7, 8, 9, 10, 18, 29, 34),
      202: ids('states/failed', 17),
      204: ids('states/failed', 19),
    },
  },
  { name: 'secrets', answers: { 200: ids('states/failed', 32), 400: ids('states/failed', 31) } },
];

/** Status that ours has, by the id of a recorded answer that it means to differ from. */
export const DIFFERENT: ReadonlyMap<string, number> = new Map(
  DIFFERENCES.flatMap(({ answers }) =>
    Object.entries(answers).flatMap(([status, entries]) => entries.map((id) => [id, Number(status)] as const)),
  ),
);

/** Connectors of the recording that cannot be created here: left out of its lists. */
export const NOT_HERE: ReadonlySet<string> = new Set(['src', 'n a.b:c+é', 'c-poison', 'a/b', 'a%']);
