/** What went wrong between us and the service, before anybody judged it. Never holds a credential, a signature or a record. */

export interface OdpsErrorFields {
  /** Of the reply; 0 when there was none. */
  readonly status: number;
  /** The service's own word: `NoSuchPartition`, `ODPS-0130131`. '' when the reply had none, or there was no reply. */
  readonly code: string;
  /** What we asked for, in words: `commit upload session 2026… of table p.t, partition pt=a`. */
  readonly action: string;
  /** The service's own sentence, or what is wrong with its answer. */
  readonly text: string;
  /** The service's id of the request; a person at the vendor finds it by that. */
  readonly requestId?: string | undefined;
  /** How long the service asks its client to pause, in milliseconds: `HoldClientMillis`, or `Retry-After`. */
  readonly holdClientMs?: number | undefined;
  /** `ECONNRESET`, `UND_ERR_SOCKET`, `ABORTED` when the caller gave up; present when no whole reply came, '' when the error had no code. */
  readonly networkCode?: string | undefined;
  /** Where the slot that was asked for is now. */
  readonly routedServer?: string | undefined;
  readonly cause?: unknown;
}

/** The only error that the client throws for what the service and the network do. */
export class OdpsError extends Error {
  readonly status: number;
  readonly code: string;
  readonly action: string;
  /** The service's own sentence alone; `message` has all. */
  readonly text: string;
  readonly requestId: string | undefined;
  readonly holdClientMs: number | undefined;
  readonly networkCode: string | undefined;
  readonly routedServer: string | undefined;

  constructor(fields: OdpsErrorFields) {
    const { status, code, action, text, requestId, holdClientMs, networkCode, cause } = fields;
    const said = withoutSignatures(text);
    super(
      messageOf({ status, code, action, text: said, requestId, networkCode }),
      cause === undefined ? {} : { cause },
    );
    this.name = 'OdpsError';
    this.status = status;
    this.code = code;
    this.action = action;
    this.text = said;
    this.requestId = requestId;
    this.holdClientMs = holdClientMs;
    this.networkCode = networkCode;
    this.routedServer = fields.routedServer;
  }
}

/** A reply of 2xx that is not what its request asks for: something else may answer there. */
export const ANSWER_NOT_UNDERSTOOD = 'AnswerNotUnderstood';

/** The session's commit goes on at the server and is not over: commit again, later. */
export const COMMIT_UNDER_WAY = 'CommitUnderWay';

const MOST_CHARACTERS = 600;

/** A refusal may repeat the header that it refuses, key id and signature together. */
function withoutSignatures(text: string): string {
  return text.replace(/\bODPS [^\s:]+:[\w+/=]+/g, 'ODPS …').slice(0, MOST_CHARACTERS);
}

function messageOf({ status, code, action, text, requestId, networkCode }: OdpsErrorFields): string {
  const what =
    networkCode === undefined
      ? `HTTP ${status}${code === '' ? '' : ` ${code}`}${text === '' ? '' : `: ${text}`}`
      : `no answer${networkCode === '' ? '' : ` (${networkCode})`}`;
  return `${action}: ${what}${requestId === undefined ? '' : ` (request id ${requestId})`}`;
}
