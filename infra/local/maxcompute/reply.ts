/** What an operation answers; the server adds the headers that every answer carries. */
import { type XmlElement, xmlDocument } from '../oss/xml.ts';

/** An answer. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer without a body. */
export function emptyReply(status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: Buffer.alloc(0) };
}

/** An answer of the service endpoint. */
export function xmlReply(root: XmlElement, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body: xmlDocument(root) };
}

/** An answer of the tunnel endpoint. */
export function jsonReply(content: object, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(content)),
  };
}

/** A plain text. */
export function textReply(text: string): Reply {
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: Buffer.from(text) };
}
