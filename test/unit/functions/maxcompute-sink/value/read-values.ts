/** Texts and JSON through the writer of a column, the encoder, and the reader of the local service. */
import { rowsOf, tableOf } from '../format/rows-of.ts';

const FOUND = /^MAXCOMPUTE_BAD_VALUE: orders-0 at offset \d+: the column value is .*?: found /;

/** What the column of a type holds for each text, or what was found instead. */
export function fromTexts(type: string, texts: readonly string[], zone = 'Asia/Shanghai'): readonly unknown[] {
  const raw = { mode: 'VALUE', 'time.zone': zone };
  return valuesOf(raw, type, texts);
}

/** The same for JSON, as the member of an object. */
export function fromJsons(type: string, jsons: readonly string[], zone = 'Asia/Shanghai'): readonly unknown[] {
  const raw = { format: 'FLATTEN', mode: 'VALUE', 'time.zone': zone };
  return valuesOf(
    raw,
    type,
    jsons.map((json) => `{"value": ${json} }`),
  );
}

function valuesOf(raw: Record<string, unknown>, type: string, values: readonly string[]): readonly unknown[] {
  const rows = rowsOf(
    raw,
    tableOf(`value ${type}`),
    values.map((value, offset) => ({ offset, value })),
  );
  return rows.map((row) => {
    if (typeof row !== 'string') return (row as { value?: unknown }).value ?? null;
    if (!FOUND.test(row)) throw new Error(row);
    return `found ${row.replace(FOUND, '')}`;
  });
}
