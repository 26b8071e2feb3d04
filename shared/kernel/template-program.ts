/** An element template as the WebAssembly kernel reads it: steps of a 16-byte header (source, length of the lead) and a lead filled up to a
 *  multiple of 16 (`assembly/element.ts`). */
import type { ElementTemplate, MemberSource } from './kernel.ts';

/** Numbers of the steps, as in `assembly/element.ts`. */
const STEP_END = 0;
const STEP_CONSTANT = 1;
const STEPS: Readonly<Record<MemberSource, number>> = {
  'key-text': 2,
  'key-base64': 3,
  'key-present': 4,
  'value-text': 5,
  'value-base64': 6,
  'value-present': 7,
  offset: 8,
  timestamp: 9,
  'value-size': 10,
};

/** The most that a source takes beside its lead: as many bytes for each byte of the key (value), and as many in any case. Numbers are safe
 *  integers, at most the 17 characters of `-9007199254740991`: the module is given no others. */
const MOST: Readonly<Record<MemberSource, { readonly factor: number; readonly fixed: number }>> = {
  'key-text': { factor: 6, fixed: 2 },
  'key-base64': { factor: 2, fixed: 6 },
  'key-present': { factor: 0, fixed: 0 },
  'value-text': { factor: 6, fixed: 2 },
  'value-base64': { factor: 2, fixed: 6 },
  'value-present': { factor: 0, fixed: 0 },
  offset: { factor: 0, fixed: 17 },
  timestamp: { factor: 0, fixed: 17 },
  'value-size': { factor: 0, fixed: 17 },
};

const LANES = 16;
const COMMA = Buffer.from(',');
const CLOSE_BRACE = Buffer.from('}');

export interface TemplateProgram {
  readonly bytes: Buffer;
  /** An element takes at most `fixedBytes`, and so many for each byte of its key, of its value. */
  readonly fixedBytes: number;
  readonly keyFactor: number;
  readonly valueFactor: number;
  /** Whether it prints offsets or timestamps. */
  readonly hasNumbers: boolean;
}

function step(source: number, lead: Buffer): Buffer {
  const bytes = Buffer.alloc(LANES + Math.ceil(lead.length / LANES) * LANES);
  bytes.writeInt32LE(source, 0);
  bytes.writeInt32LE(lead.length, 4);
  bytes.set(lead, LANES);
  return bytes;
}

/** Whether a member of this source is there in every record. */
function isConstantlyThere(source: MemberSource): boolean {
  return source === 'offset' || source === 'timestamp' || source === 'value-size';
}

/** Constants become part of the lead that follows them, where that one is always there. */
export function programOf(template: ElementTemplate): TemplateProgram {
  const steps: Buffer[] = [];
  let constants: Buffer[] = [];
  let fixedBytes = 1;
  let keyFactor = 0;
  let valueFactor = 0;
  for (const member of template.members) {
    if (!('source' in member)) {
      constants.push(COMMA, member.constant);
      continue;
    }
    const { source } = member;
    if (!isConstantlyThere(source) && constants.length > 0) {
      steps.push(step(STEP_CONSTANT, Buffer.concat(constants)));
      constants = [];
    }
    steps.push(step(STEPS[source], Buffer.concat([...constants, COMMA, member.lead])));
    constants = [];
    fixedBytes += MOST[source].fixed;
    if (source.startsWith('key')) keyFactor += MOST[source].factor;
    else valueFactor += MOST[source].factor;
  }
  steps.push(step(STEP_END, Buffer.concat([...constants, CLOSE_BRACE, template.end])));
  const bytes = Buffer.concat(steps);
  // The leads with their headers: more than they take, and near enough.
  fixedBytes += bytes.length;
  const hasNumbers = template.members.some(
    (member) => 'source' in member && (member.source === 'offset' || member.source === 'timestamp'),
  );
  return { bytes, fixedBytes, keyFactor, valueFactor, hasNumbers };
}
