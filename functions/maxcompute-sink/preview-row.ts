/** Rows of a preview, as JSON: numbers keep the digits that they have in the record, as in the table. */
import { headersToJson } from '../../shared/envelope/headers-json.ts';
import { afterSpace, Members } from '../../shared/json-walk.ts';
import { isTombstone } from '../../shared/null-values.ts';
import { type RecordBlock, recordAt } from '../../shared/records.ts';
import type { MaxComputeConfig } from './config.ts';
import { type ContentProblem, type Part, partEnd, partStart } from './format/content.ts';
import { JsonVerdicts } from './format/json-verdicts.ts';
import { notAnObject, unknownMember } from './format/member-content.ts';
import { META_NAMES, partsOf } from './format/table-plan.ts';
import { BadValue } from './value/bad-value.ts';
import { isJsonNull } from './value/json-value.ts';
import { memberName } from './value/member-name.ts';

/** Kafka's word for no time. */
const NO_TIME_MS = -1;

export class PreviewRow {
  readonly #config: MaxComputeConfig;
  /** What CSV, JSON and FLATTEN fill columns from. */
  readonly #part: Part;
  readonly #verdicts: JsonVerdicts;

  constructor(config: MaxComputeConfig) {
    this.#config = config;
    this.#part = partsOf(config['maxcompute.mode']).at(-1) ?? 'value';
    this.#verdicts = new JsonVerdicts(this.#part);
  }

  /** The row of a record in one line, or why it has none whatever the table is. Columns that the table does not have are left out when it is sent. */
  of(block: RecordBlock, index: number): string | ContentProblem {
    const { topic, partition, offset, timestamp, headers } = recordAt(block, index);
    const meta = { topic, partition, offset, insert_time: timestamp === NO_TIME_MS ? null : timestamp };
    const members = this.#members(block, index);
    if (!Array.isArray(members)) return members;
    const own = headers.length === 0 ? [] : [`"headers":${headersToJson(headers)}`];
    return `{${[JSON.stringify(meta).slice(1, -1), ...own, ...members].join(',')}}`;
  }

  /** `"name":value` of each column that the record itself fills. */
  #members(block: RecordBlock, index: number): string[] | ContentProblem {
    if (this.#config['maxcompute.write.mode'] === 'upsert' && isTombstone(block, index)) {
      return [`"[deletes the row of key]":${this.#text(block, index, 'key')}`];
    }
    switch (this.#config['maxcompute.format']) {
      case 'FLATTEN':
        return this.#flattened(block, index);
      case 'CSV':
        return [`"[fields]":${this.#text(block, index, this.#part)}`];
      case 'JSON':
        return this.#jsonProblem(block, index) ?? this.#whole(block, index);
      default:
        return this.#whole(block, index);
    }
  }

  #whole(block: RecordBlock, index: number): string[] {
    return partsOf(this.#config['maxcompute.mode']).map((part) => `"${part}":${this.#text(block, index, part)}`);
  }

  #jsonProblem(block: RecordBlock, index: number): ContentProblem | undefined {
    return partStart(block, index, this.#part) < 0 ? undefined : this.#verdicts.problemOf(block, index);
  }

  #flattened(block: RecordBlock, index: number): string[] | ContentProblem {
    const { bytes } = block;
    const start = partStart(block, index, this.#part);
    if (start < 0) return [];
    const problem = this.#jsonProblem(block, index);
    if (problem !== undefined) return problem;
    if (!this.#verdicts.isObject(block, index)) return notAnObject(this.#part);
    const texts = new Map<string, string>();
    const members = new Members(bytes, afterSpace(bytes, start), partEnd(block, index, this.#part));
    while (members.step()) {
      const name = memberName(bytes, members.start);
      if (name instanceof BadValue) return unknownMember('', false);
      if (META_NAMES.has(name.toLowerCase())) {
        if (this.#config['maxcompute.flatten.unknown'] === 'ignore' || isJsonNull(bytes, members.valueStart)) continue;
        return unknownMember(name, true);
      }
      // Within strings of JSON there are no line breaks.
      const value = bytes.toString('utf8', members.valueStart, members.valueEnd()).replaceAll(/[\r\n]/g, ' ');
      texts.set(name.toLowerCase(), `${JSON.stringify(name)}:${value}`);
    }
    return [...texts.values()];
  }

  #text(block: RecordBlock, index: number, part: Part): string {
    const start = partStart(block, index, part);
    if (start < 0) return 'null';
    const encoding = this.#config['maxcompute.format'] === 'BINARY' ? 'base64' : 'utf8';
    return JSON.stringify(block.bytes.toString(encoding, start, partEnd(block, index, part)));
  }
}
