/** Reads Kafka's `sasl.jaas.config`, the way Java clients and Connect workers are given their credentials.
 *  Source: `org.apache.kafka.common.security.JaasConfig` and the options of the three login modules. */

/** What a login module is for, by its class. */
const MODULES = {
  'org.apache.kafka.common.security.plain.PlainLoginModule': 'PLAIN',
  'org.apache.kafka.common.security.scram.ScramLoginModule': 'SCRAM',
  'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule': 'OAUTHBEARER',
} as const;

export type JaasModule = (typeof MODULES)[keyof typeof MODULES];

export interface JaasEntry {
  readonly module: JaasModule;
  /** By name, quotes and escapes taken off. */
  readonly options: ReadonlyMap<string, string>;
}

/** Why an entry is not understood; shows names, never a value. */
export interface JaasProblem {
  readonly problem: string;
}

/** For messages. */
const JAAS_EXPECTED = `expected one entry: MODULE required OPTION="..." OPTION="..."; with MODULE one of ${Object.keys(MODULES).join(', ')}`;

/** White space and comments, a quoted text, a word, or one of the two signs. Words may hold escapes, as quoted texts do. */
const TOKEN = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|((?:\\.|[^\s"'=;\\])+)|([=;])/y;

interface Token {
  readonly text: string;
  readonly sign: boolean;
}

/** All tokens, `undefined` when a quote is not closed. */
function tokens(text: string): Token[] | undefined {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) return undefined;
    const [, double, single, word, sign] = match;
    if (sign !== undefined) found.push({ text: sign, sign: true });
    const value = double ?? single ?? word;
    if (value !== undefined) found.push({ text: value.replace(/\\(.)/g, '$1'), sign: false });
  }
  return found;
}

/** The one entry of `text`: module, control flag, options in any order, a semicolon. */
export function readJaas(text: string): JaasEntry | JaasProblem {
  const all = tokens(text);
  if (all === undefined) return { problem: `a quoted text is not closed; ${JAAS_EXPECTED}` };
  const [name, flag, ...rest] = all;
  if (name === undefined || name.sign || flag === undefined || !isControlFlag(flag.text)) {
    return { problem: JAAS_EXPECTED };
  }
  const module = Object.entries(MODULES).find(([known]) => known === name.text)?.[1];
  if (module === undefined) return { problem: unknownModule(name.text) };
  const options = new Map<string, string>();
  let at = 0;
  for (; rest[at]?.sign === false; at += 3) {
    const [option, equals, value] = rest.slice(at, at + 3);
    if (option === undefined || equals?.text !== '=' || !equals.sign || value === undefined || value.sign) {
      return { problem: `an option is not of the form name="value"; ${JAAS_EXPECTED}` };
    }
    options.set(option.text, value.text);
  }
  if (rest[at]?.text !== ';') return { problem: `the entry does not end with a semicolon; ${JAAS_EXPECTED}` };
  if (rest.length > at + 1) return { problem: `there is more than one entry; ${JAAS_EXPECTED}` };
  return { module, options };
}

function isControlFlag(text: string): boolean {
  return ['required', 'requisite', 'sufficient', 'optional'].includes(text.toLowerCase());
}

/** Class names are shown only where they look like one: anything else may be a password in the wrong place. */
function unknownModule(name: string): string {
  if (!/^(?:[a-z_]\w*\.)+[A-Z]\w*LoginModule$/.test(name)) return JAAS_EXPECTED;
  const why = name.endsWith('Krb5LoginModule') ? 'Kerberos (GSSAPI) is not supported' : `${name} is not supported`;
  return `${why}; ${JAAS_EXPECTED}`;
}
