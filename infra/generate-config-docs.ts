/** Writes `docs/config/*.md` from the key definitions: `npm run docs`. A unit test fails when the pages are stale. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SINKS } from '../cli/sinks.ts';
import { connectorKeys } from '../shared/config/connector-keys.ts';
import type { KeyDefinition, KeyDefinitions } from '../shared/config/definition.ts';
import { environmentName, WORKER_PREFIX } from '../shared/config/environment.ts';
import { REFERENCE_FORMS } from '../shared/config/secret.ts';
import { workerKeys } from '../shared/config/worker-keys.ts';
import type { SinkDefinition } from '../shared/sink.ts';

const NOTICE = '<!-- Written by `npm run docs` from the key definitions. Change those, not this page. -->';
const SECRETS = `A PASSWORD value may be, or contain, a reference (${REFERENCE_FORMS.split(' or ')
  .map((form) => `\`${form}\``)
  .join(' or ')}); references resolve in PASSWORD keys only, when the value is used.`;

/** One key under each owner (a sink, or a page with only one owner), to say where owners differ. */
type Owned = ReadonlyMap<string, KeyDefinition>;

interface Page {
  readonly title: string;
  readonly intro: readonly string[];
  readonly keys: ReadonlyMap<string, Owned>;
  /** Prefix of environment variables, absent where there are none. */
  readonly environmentPrefix?: string;
}

/** Text of each page by file name. The same definitions give the same bytes. */
export function configPages(): ReadonlyMap<string, string> {
  const pages = new Map<string, string>([
    ['connector.md', render(connectorPage())],
    ['worker.md', render(workerPage())],
  ]);
  for (const sink of SINKS) pages.set(`${sink.connectorClass}.md`, render(sinkPage(sink)));
  return pages;
}

function connectorPage(): Page {
  return {
    title: 'Connector keys',
    intro: [
      'Keys of every connector, whatever its sink. The keys of one target stand on the page of its sink.',
      `A file holds them as \`.json\`, \`.yaml\` or \`.properties\`; every value may be written as text. ${SECRETS}`,
      'Where there is no file (a container, the dispatcher as a function), variables of the environment (env) hold them.',
      `Sinks: ${SINKS.map((sink) => `[\`${sink.connectorClass}\`](${sink.connectorClass}.md)`).join(', ')}.`,
    ],
    keys: byKey(new Map(SINKS.map((sink) => [sink.connectorClass, connectorKeys(sink)]))),
    environmentPrefix: '',
  };
}

function workerPage(): Page {
  return {
    title: 'Worker settings',
    intro: [
      'Settings of the process that runs connectors: from a file, from the environment, or both; the environment wins.',
      SECRETS,
    ],
    keys: byKey(new Map([['worker', workerKeys]])),
    environmentPrefix: WORKER_PREFIX,
  };
}

function sinkPage(sink: SinkDefinition): Page {
  return {
    title: `${sink.connectorClass}: ${sink.title}`,
    intro: [
      `${sink.description} \`connector.class=${sink.connectorClass}\`.`,
      'The keys that all connectors share, with the defaults of this sink, are in [connector.md](connector.md).',
      ...(Object.keys(sink.keys).length === 0 ? ['It has no keys of its own.'] : [SECRETS]),
    ],
    keys: byKey(new Map([[sink.connectorClass, sink.keys]])),
    environmentPrefix: '',
  };
}

function byKey(owners: ReadonlyMap<string, KeyDefinitions>): ReadonlyMap<string, Owned> {
  const keys = new Map<string, Map<string, KeyDefinition>>();
  for (const [owner, definitions] of owners) {
    for (const [key, definition] of Object.entries(definitions)) {
      keys.set(key, (keys.get(key) ?? new Map<string, KeyDefinition>()).set(owner, definition));
    }
  }
  return keys;
}

function render(page: Page): string {
  const groups = new Set([...page.keys.values()].map((owned) => first(owned).group));
  const sections = [...groups].flatMap((group) => ['', `## ${group}`, '', ...table(page, group)]);
  return `${[NOTICE, '', `# ${page.title}`, ...page.intro.flatMap((text) => ['', text]), ...sections].join('\n')}\n`;
}

function table(page: Page, group: string): string[] {
  const columns = ['Key', 'Type', 'Default', 'Values', 'Unit', 'Console', 'What it does'];
  const lines = [row(columns), row(columns.map(() => '---'))];
  for (const [key, owned] of page.keys) {
    const definition = first(owned);
    if (definition.group !== group) continue;
    lines.push(
      row([
        keyCell(key, definition, page.environmentPrefix),
        definition.type,
        perOwner(owned, defaultText),
        perOwner(owned, valuesText),
        definition.unit ?? '',
        definition.consoleName ?? '',
        definition.doc,
      ]),
    );
  }
  return lines;
}

function keyCell(key: string, { aliases = [] }: KeyDefinition, prefix: string | undefined): string {
  const names = [`\`${key}\``, ...aliases.map((alias) => `also \`${alias}\``)];
  if (prefix !== undefined) names.push(`env \`${environmentName(key, prefix)}\``);
  return names.join('<br>');
}

function defaultText({ default: value, derived, required }: KeyDefinition): string {
  if (required === true) return 'required';
  if (derived !== undefined) return derived.text;
  return value === undefined ? '' : `\`${String(value)}\``;
}

/** The closed list, or what the schema says it expects. */
function valuesText({ values, schema, type }: KeyDefinition): string {
  if (type === 'PASSWORD') return 'a secret';
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ');
  const refused = schema.safeParse({});
  return refused.success
    ? ''
    : refused.error.issues.map((issue) => issue.message.replace(/^expected |, in \w+$/g, '')).join('; ');
}

/** What all owners say, or what each says. */
function perOwner(owned: Owned, text: (definition: KeyDefinition) => string): string {
  const all = [...owned].map(([owner, definition]) => ({ owner, said: text(definition) }));
  if (new Set(all.map(({ said }) => said)).size === 1) return text(first(owned));
  return all.map(({ owner, said }) => `${owner}: ${said}`).join('<br>');
}

function first(owned: Owned): KeyDefinition {
  const [definition] = owned.values();
  if (definition === undefined) throw new Error('a key without an owner');
  return definition;
}

/** A cell border inside a cell is escaped. */
function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(import.meta.dirname, '..', 'docs', 'config');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of configPages()) writeFileSync(join(folder, name), text);
}
