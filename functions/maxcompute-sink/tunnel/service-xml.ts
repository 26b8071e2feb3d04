/** What we read of the service's XML: texts of elements, found by name. Its documents are small and flat enough for that. */

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Text of the first element of this name, trimmed; `undefined` when there is none. Elements inside it stay as they are written. */
export function elementText(document: string, name: string): string | undefined {
  const found = new RegExp(`<${name}(?:\\s[^>]*)?(?:/>|>([\\s\\S]*?)</${name}>)`).exec(document);
  return found === null ? undefined : unescaped((found[1] ?? '').trim());
}

/** Value of an attribute of the first element of this name. */
export function attributeText(document: string, element: string, attribute: string): string | undefined {
  const found = new RegExp(`<${element}\\s[^>]*\\b${attribute}="([^"]*)"`).exec(document);
  return found?.[1] === undefined ? undefined : withoutEntities(found[1]);
}

/** `text` between tags. */
export function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}

function unescaped(text: string): string {
  return text
    .split(/(<!\[CDATA\[[\s\S]*?\]\]>)/)
    .map(part)
    .join('');
}

function part(text: string): string {
  return text.startsWith('<![CDATA[') ? text.slice('<![CDATA['.length, -']]>'.length) : withoutEntities(text);
}

function withoutEntities(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(lt|gt|amp|quot|apos));/gi, (_, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? '';
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal));
  });
}
