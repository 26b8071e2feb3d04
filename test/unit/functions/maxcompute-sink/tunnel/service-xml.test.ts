import { expect, it } from 'vitest';
import { attributeText, cdata, elementText } from '../../../../../functions/maxcompute-sink/tunnel/service-xml.ts';

it.each([
  ['<A><B> x </B></A>', 'x'],
  ['<A><B/></A>', ''],
  ['<A><B format="Json"><![CDATA[{"a<b":1}]]></B></A>', '{"a<b":1}'],
  ['<B>pt=&apos;a&apos; &lt;&#233;&#x4e2d;&amp;amp;</B>', "pt='a' <é中&amp;"],
  ['<A><Bee>no</Bee></A>', undefined],
  ['', undefined],
])('finds the text in %s', (document, text) => {
  expect(elementText(document, 'B')).toBe(text);
});

it('finds attributes', () => {
  expect(attributeText('<R Transform="Base64" Format="text">', 'R', 'Transform')).toBe('Base64');
  expect(attributeText('<R>', 'R', 'Transform')).toBeUndefined();
});

it('keeps any text between tags', () => {
  const text = 'a ]]> b & <c>';
  expect(elementText(`<Q>${cdata(text)}</Q>`, 'Q')).toBe(text);
});
