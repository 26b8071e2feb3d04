/** Reads replies that are no success: XML from the service, JSON from the tunnel, anything from what stands between. */
import { retryAfterMs } from '../../../shared/retry-after.ts';
import { headerOf, type RawReply } from './exchange.ts';
import { OdpsError } from './odps-error.ts';
import { elementText } from './service-xml.ts';
import { isObject } from './table-schema.ts';

/** Codes may come with a sentence behind: `ODPS-0420411: Invalid argument - `. */
function bareCode(code: string | undefined): string {
  return (code?.split(':', 1)[0] ?? '').trim();
}

/** @param nowMs for a `Retry-After` that is a date */
export function refusalOf(reply: RawReply, action: string, nowMs: number): OdpsError {
  const text = reply.body.toString('utf8').trim();
  const { code, message, requestId, hold } = text.startsWith('<') ? fromXml(text) : fromJson(text);
  return new OdpsError({
    status: reply.status,
    code: bareCode(code),
    action,
    text: message ?? '',
    requestId: headerOf(reply, 'x-odps-request-id') ?? requestId,
    holdClientMs: hold ?? retryAfterMs(headerOf(reply, 'retry-after'), nowMs),
    routedServer: headerOf(reply, 'odps-tunnel-routed-server'),
  });
}

interface Said {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly requestId?: string | undefined;
  readonly hold?: number | undefined;
}

function fromXml(text: string): Said {
  // A gateway's page is not an error of the service's, and says little.
  if (!text.includes('<Error>')) return {};
  return {
    code: elementText(text, 'Code'),
    message: elementText(text, 'Message'),
    requestId: elementText(text, 'RequestId'),
    hold: milliseconds(elementText(text, 'HoldClientMillis')),
  };
}

function fromJson(text: string): Said {
  const document = parsed(text);
  if (!isObject(document)) return { message: text };
  const { Code, Message, RequestId, HoldClientMillis } = document;
  return {
    code: textOf(Code),
    message: textOf(Message),
    requestId: textOf(RequestId),
    hold: milliseconds(HoldClientMillis),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON: whatever it says is shown as it is.
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function milliseconds(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && Number.isFinite(number) ? number : undefined;
}
