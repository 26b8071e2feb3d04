/** Reads the little XML that clients send: elements, text, CDATA, comments, a declaration. Attributes are skipped. There is no
 *  document type, so that no entity can be defined. */

/** An element with all the text that stands directly in it. */
export interface XmlNode {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlNode[];
}

interface OpenNode {
  readonly name: string;
  text: string;
  readonly children: XmlNode[];
}

const TOKEN = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([\w:.-]+)(?:\s[^<>]*?)?(\/?)>|([^<]+)/y;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeText(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g, (entity, decimal, hex, name: string | undefined) => {
    if (name !== undefined) {
      const character = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
      if (character === undefined) throw new Error(`the entity ${entity} is not known`);
      return character;
    }
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    if (code > 0x10ffff) throw new Error(`there is no character ${entity}`);
    return String.fromCodePoint(code);
  });
}

/** The root element of a document.
 *  @throws Error saying what is wrong with it */
export function readXml(document: string): XmlNode {
  const top: OpenNode = { name: '', text: '', children: [] };
  const open = [top];
  TOKEN.lastIndex = document.startsWith('\ufeff') ? 1 : 0;
  while (TOKEN.lastIndex < document.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(document);
    if (match === null) throw new Error(`not XML at character ${at}`);
    const [, cdata, slash, name, selfClosed, text] = match;
    const current = open.at(-1) ?? top;
    if (cdata !== undefined) current.text += cdata;
    else if (text !== undefined) current.text += unescapeText(text);
    else if (name !== undefined && slash === '') {
      const node: OpenNode = { name, text: '', children: [] };
      current.children.push(node);
      if (selfClosed === '') open.push(node);
    } else if (name !== undefined) {
      if (current.name !== name) throw new Error(`</${name}> where </${current.name}> was expected`);
      open.pop();
    }
  }
  const [root, ...more] = top.children;
  if (open.length > 1) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  if (root === undefined || more.length > 0 || top.text.trim() !== '') throw new Error('not one root element');
  return root;
}

/** Text of the first child of that name. */
export function childText(node: XmlNode, name: string): string | undefined {
  return node.children.find((child) => child.name === name)?.text;
}
