/** The one account of a stand-in. */
import { element, type XmlElement } from './xml.ts';

/** The `Owner` element of listings. */
export const OWNER: XmlElement = element('Owner', [
  element('ID', '1000000000000000'),
  element('DisplayName', '1000000000000000'),
]);
