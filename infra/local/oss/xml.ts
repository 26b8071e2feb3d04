/** The little XML the service's answers need. */

/** One element: text, or child elements in order. `undefined` children are left out. */
export interface XmlElement {
  readonly name: string;
  readonly content: string | readonly (XmlElement | undefined)[];
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Builds an element. */
export function element(
  name: string,
  content: XmlElement['content'] | number | boolean,
  attributes: Readonly<Record<string, string>> = {},
): XmlElement {
  const text = typeof content === 'number' || typeof content === 'boolean' ? String(content) : content;
  return { name, content: text, attributes };
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  // Object keys may hold control characters, which XML cannot hold as they are.
  if (code < 0x20 && code !== 0x09 && code !== 0x0a) return `&#${code};`;
  return ESCAPES[character] ?? character;
}

function escapeText(text: string): string {
  return [...text].map(escapeCharacter).join('');
}

function render({ name, content, attributes = {} }: XmlElement): string {
  const tag = Object.entries(attributes).reduce((all, [key, value]) => `${all} ${key}="${escapeText(value)}"`, name);
  if (typeof content === 'string')
    return content === '' ? `<${tag}></${name}>` : `<${tag}>${escapeText(content)}</${name}>`;
  const children = content.flatMap((child) => (child === undefined ? [] : [render(child)]));
  return `<${tag}>${children.join('')}</${name}>`;
}

/** A whole document, with its declaration, as UTF-8. */
export function xmlDocument(root: XmlElement): Buffer {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${render(root)}\n`);
}
