/** What kind of file an object is: its name's extension and its content type, by format and compression.
 *
 *  A compressed object is a compressed file: `Content-Type: application/gzip`, a name that ends in `.gz`, and no
 *  `Content-Encoding`. Clients that undo a `Content-Encoding` on download would otherwise hand readers that go by the
 *  extension plain text; see docs/decisions/0005-oss-objects.md. */
export const FORMATS = ['envelope', 'jsonl', 'csv', 'raw'] as const;
export type ObjectFormat = (typeof FORMATS)[number];
export const COMPRESSIONS = ['none', 'gzip', 'zstd'] as const;
export type Compression = (typeof COMPRESSIONS)[number];
export const FRAMINGS = ['newline', 'length'] as const;
export type RawFraming = (typeof FRAMINGS)[number];

const FORMAT_EXTENSION: Record<ObjectFormat, string> = { envelope: '.json', jsonl: '.jsonl', csv: '.csv', raw: '.bin' };
const COMPRESSION_EXTENSION: Record<Compression, string> = { none: '', gzip: '.gz', zstd: '.zst' };
/** Sources: RFC 8259, https://github.com/wardi/jsonlines/issues/19, RFC 4180 and 7111, RFC 2046. */
const CONTENT_TYPE: Record<ObjectFormat, string> = {
  envelope: 'application/json',
  jsonl: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
  raw: 'application/octet-stream',
};
/** Sources: RFC 6713, RFC 8878. */
const COMPRESSED_TYPE: Record<Exclude<Compression, 'none'>, string> = {
  gzip: 'application/gzip',
  zstd: 'application/zstd',
};

/** `.jsonl.gz` */
export function extensionOf(format: ObjectFormat, compression: Compression): string {
  return FORMAT_EXTENSION[format] + COMPRESSION_EXTENSION[compression];
}

/** Media type of the bytes as they are stored. A CSV says whether its first line is a header. */
export function contentTypeOf(format: ObjectFormat, compression: Compression, csvHeader: boolean): string {
  if (compression !== 'none') return COMPRESSED_TYPE[compression];
  if (format === 'csv') return `${CONTENT_TYPE.csv}; header=${csvHeader ? 'present' : 'absent'}`;
  return CONTENT_TYPE[format];
}
