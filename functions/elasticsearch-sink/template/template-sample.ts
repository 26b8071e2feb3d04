/** What a template makes, as far as it is known without a record. */
import { timeFormat } from '../../../shared/time-pattern.ts';
import { type TemplatePart, templateParts } from './template-parts.ts';

/** Stands for a text that only a record knows. */
const HARMLESS = 'x';

/** The text for a record with harmless contents: what is wrong with it is wrong with every text. */
export function sampleOf(text: string): string {
  return templateParts(text).parts.map(sampleOfPart).join('');
}

function sampleOfPart(part: TemplatePart): string {
  switch (part.kind) {
    case 'literal':
      return part.text;
    case 'timestamp':
      return part.pattern === undefined ? '0' : timeFormat(part.pattern, 'UTC')(0);
    case 'lower':
      return sampleOfPart(part.inner).toLowerCase();
    case 'partition':
    case 'offset':
      return '0';
    case 'topic':
    case 'key':
    case 'header':
    case 'value':
      return HARMLESS;
    default:
      return part satisfies never;
  }
}
