/** Answers in the forms of the service. */
import { element, type XmlElement, xmlDocument } from '../oss/xml.ts';
import type { AlikafkaError } from './errors.ts';

/** Fields of an answer; lists become repeated elements in XML. */
export type AnswerFields = { readonly [name: string]: AnswerValue };
export type AnswerValue = string | number | boolean | readonly AnswerFields[] | AnswerFields;

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

function elements(fields: AnswerFields): XmlElement[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (Array.isArray(value)) return value.map((item: AnswerFields) => element(name, elements(item)));
    if (typeof value === 'object') return [element(name, elements(value as AnswerFields))];
    return [element(name, value)];
  });
}

/** `root`: of the XML. */
export function reply(status: number, root: string, fields: AnswerFields, asJson: boolean): Reply {
  return asJson
    ? { status, contentType: 'application/json;charset=utf-8', body: Buffer.from(JSON.stringify(fields)) }
    : { status, contentType: 'text/xml;charset=utf-8', body: xmlDocument(element(root, elements(fields))) };
}

/** The answer to a call that did what was asked. */
export function success(action: string, requestId: string, fields: AnswerFields, asJson: boolean): Reply {
  const common = { RequestId: requestId, Message: 'operation success.', Code: 200, Success: true };
  return reply(200, `${action}Response`, { ...common, ...fields }, asJson);
}

export function refused(error: AlikafkaError, requestId: string, host: string, asJson: boolean): Reply {
  const common = { RequestId: requestId, Code: error.code, Message: error.message };
  const fields = error.by === 'gateway' ? { ...common, HostId: host } : { ...common, Success: false };
  return reply(error.status, 'Error', fields, asJson);
}
