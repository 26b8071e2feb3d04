import { describe, expect, it } from 'vitest';
import { childText, readXml } from '../../../../../infra/local/oss/xml-reader.ts';

describe('readXml', () => {
  it('reads what clients write', () => {
    const root = readXml(
      `\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<!-- < & > --><Delete xmlns="http://x"><Quiet>true</Quiet>
      <Object><Key>a &lt;b&gt; &amp; &quot;c&quot; &apos;d&apos; &#233;&#x1F600;</Key><VersionId/></Object>
      <Object a="1" ><Key><![CDATA[<&amp;>]]></Key ></Object ></Delete>\n`,
    );
    expect(root.name).toBe('Delete');
    expect(childText(root, 'Quiet')).toBe('true');
    const [first, second] = root.children.filter(({ name }) => name === 'Object');
    expect(first?.children.map(({ name, text }) => [name, text])).toEqual([
      ['Key', 'a <b> & "c" \'d\' é\u{1f600}'],
      ['VersionId', ''],
    ]);
    expect(second && childText(second, 'Key')).toBe('<&amp;>');
    expect(childText(root, 'Nothing')).toBeUndefined();
  });

  it.each([
    '',
    'text',
    '<a>',
    '<a></b>',
    '</a>',
    '<a/><b/>',
    '<a>&nope;</a>',
    '<a>&constructor;</a>',
    '<a>&#x110000;</a>',
    '<a><</a>',
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
  ])('refuses %j', (document) => {
    expect(() => readXml(document)).toThrow();
  });

  it('is done soon with a document that is not closed', () => {
    expect(() => readXml('<a>'.repeat(200_000))).toThrow(/not closed/);
    expect(() => readXml(`<a ${'<a '.repeat(200_000)}`)).toThrow();
    expect(() => readXml(`<a${' x'.repeat(200_000)}`)).toThrow();
  });
});
