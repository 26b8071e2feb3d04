/** `encoding-type=url`: names in the answer come percent-encoded, for keys that XML cannot hold. */
import { invalidArgument } from './errors.ts';
import type { OssRequest } from './request.ts';
import { uriEncode } from './sign-v4.ts';
import { element, type XmlElement } from './xml.ts';

/** How names are to be written in an answer. */
export interface NameEncoding {
  encode(name: string): string;
  /** `EncodingType`, where the client asked for one. */
  readonly elements: readonly XmlElement[];
}

/** @throws OssError `InvalidArgument` for any other encoding */
export function readEncoding({ query }: OssRequest): NameEncoding {
  const type = query.get('encoding-type') ?? '';
  if (type === '') return { encode: (name) => name, elements: [] };
  if (type === 'url') return { encode: uriEncode, elements: [element('EncodingType', type)] };
  throw invalidArgument('Invalid Encoding Method specified in Request.', {
    ArgumentName: 'encoding-type',
    ArgumentValue: type,
  });
}
