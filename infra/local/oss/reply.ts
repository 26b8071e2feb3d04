/** What an operation answers; the server adds the headers that every answer carries and sends it. */
import { closeSync } from 'node:fs';
import { type XmlElement, xmlDocument } from './xml.ts';

/** Part of an object's body: `start` inclusive, `end` exclusive. `fd` belongs to whoever sends it. */
export interface FileBody {
  readonly fd: number;
  readonly start: number;
  readonly end: number;
}

/** An answer. Every body comes with its `content-length`. */
export interface Reply {
  readonly status: number;
  /** Values hold one character a byte. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | FileBody;
}

/** A reply without body. */
export function emptyReply(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-length': '0', ...headers } };
}

/** A 200 with an XML document. */
export function xmlReply(root: XmlElement, headers: Readonly<Record<string, string>> = {}): Reply {
  const body = xmlDocument(root);
  return {
    status: 200,
    headers: { ...headers, 'content-type': 'application/xml', 'content-length': String(body.length) },
    body,
  };
}

/** Closes the file of a reply that will not be sent. */
export function releaseBody({ body }: Reply): void {
  if (body !== undefined && !Buffer.isBuffer(body)) closeSync(body.fd);
}
