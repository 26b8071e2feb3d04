/** SQL statements: submitted as a job, looked at until it is over. Source: aliyun-odps-python-sdk `odps/models/instance.py`. */
import type { CallOptions } from './call-options.ts';
import { headerOf, type RawReply } from './exchange.ts';
import { notUnderstood, type OdpsConnection, type OdpsRequest } from './odps-connection.ts';
import { OdpsError } from './odps-error.ts';
import { attributeText, cdata, elementText } from './service-xml.ts';

export interface StatementOptions extends CallOptions {
  /** Settings of the statement: `odps.sql.type.system.odps2`. */
  readonly hints?: Readonly<Record<string, string>>;
  /** For errors; default: `run SQL in project …`. */
  readonly action?: string;
}

const FIRST_POLL_MS = 200;
const LONGEST_POLL_MS = 5_000;
/** The service is busy with others: how long, when it does not say, and how often. */
const BUSY_MS = 5_000;
const MOST_BUSY = 36;

/** Runs one statement, with or without its semicolon. Answers the text of its result: CSV with a header for SELECT, '' for most others.
 *  @throws OdpsError of status 200, with the code that the result begins with, when the statement ran and failed */
export async function runSql(
  connection: OdpsConnection,
  statement: string,
  { signal, hints = {}, action = `run SQL in project ${connection.project}` }: StatementOptions,
): Promise<string> {
  const body = jobOf(statement, settingsOf(connection, hints), uuid(connection.random));
  const submitted = await submit(connection, {
    to: 'service',
    method: 'POST',
    path: ['projects', connection.project, 'instances'],
    query: schemaQuery(connection),
    headers: { 'content-type': 'application/xml' },
    body,
    action,
    signal,
  });
  const id = headerOf(submitted, 'location')?.replace(/\/+$/, '').split('/').pop() ?? '';
  if (id !== '') return followed(connection, id, `${action}, instance ${id}`, signal);
  // Small ones may be over at once.
  if (elementText(submitted.body.toString('utf8'), 'Tasks') !== undefined) return resultOf(submitted, action);
  throw notUnderstood(submitted, action, 'the answer names no instance');
}

/** On the service's side; paths of the tunnel carry it themselves. */
export function schemaQuery({ schema }: OdpsConnection): Readonly<Record<string, string>> {
  return schema === undefined ? {} : { curr_schema: schema };
}

async function submit(connection: OdpsConnection, request: OdpsRequest): Promise<RawReply> {
  for (let tries = 1; ; tries++) {
    try {
      return await connection.request(request);
    } catch (error) {
      const isBusy = error instanceof OdpsError && error.status === 409;
      if (!isBusy || tries > MOST_BUSY || !connection.waits) throw error;
      await connection.pause(error.holdClientMs ?? BUSY_MS, request.signal, request.action);
    }
  }
}

async function followed(connection: OdpsConnection, id: string, action: string, signal: AbortSignal): Promise<string> {
  const ask = (what: string) =>
    connection.request({
      to: 'service',
      method: 'GET',
      path: ['projects', connection.project, 'instances', id],
      query: { [what]: '', ...schemaQuery(connection) },
      action,
      signal,
    });
  for (let waitMs = FIRST_POLL_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_POLL_MS)) {
    const reply = await ask('instancestatus');
    const status = elementText(reply.body.toString('utf8'), 'Status')?.toLowerCase();
    if (status === undefined) throw notUnderstood(reply, action, 'the answer has no status');
    if (status === 'terminated') break;
    await connection.pause(waitMs, signal, action);
  }
  const tasks = await ask('taskstatus');
  const result = await ask('result');
  return resultOf(result, action, taskStatusOf(tasks));
}

/** Of its only task. */
function taskStatusOf({ body }: RawReply): string | undefined {
  const task = elementText(body.toString('utf8'), 'Tasks');
  return task === undefined ? undefined : elementText(task, 'Status');
}

function resultOf(reply: RawReply, action: string, status = taskStatusOf(reply)): string {
  const document = reply.body.toString('utf8');
  const said = elementText(document, 'Result') ?? '';
  const isEncoded = attributeText(document, 'Result', 'Transform')?.toLowerCase() === 'base64';
  const text = isEncoded ? Buffer.from(said, 'base64').toString('utf8') : said;
  if (status?.toLowerCase() === 'success') return text;
  const code = /ODPS-\d+/.exec(text)?.[0] ?? '';
  const requestId = headerOf(reply, 'x-odps-request-id');
  throw new OdpsError({
    status: 200,
    code,
    action,
    text: text === '' ? `the statement is ${status}` : text,
    requestId,
  });
}

function settingsOf({ schema }: OdpsConnection, hints: Readonly<Record<string, string>>): Record<string, string> {
  const schemaHints = { 'odps.namespace.schema': 'true', 'odps.sql.allow.namespace.schema': 'true' };
  return { 'odps.sql.submit.mode': '', ...(schema === undefined ? {} : schemaHints), ...hints };
}

function jobOf(statement: string, settings: Readonly<Record<string, string>>, id: string): string {
  const query = `${statement.trim().replace(/;$/, '')};`;
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<Instance><Job><Priority>9</Priority><Tasks><SQL><Name>AnonymousSQLTask</Name><Config>',
    `<Property><Name>settings</Name><Value>${cdata(JSON.stringify(settings))}</Value></Property>`,
    `<Property><Name>uuid</Name><Value>${id}</Value></Property>`,
    `</Config><Query>${cdata(query)}</Query></SQL></Tasks><DAG><RunMode>Sequence</RunMode></DAG></Job></Instance>`,
  ].join('\n');
}

/** A version 4 UUID: a job that is submitted again under the same one is the same job. */
function uuid(random: () => number): string {
  const digit = (most: number) => Math.floor(random() * most).toString(16);
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (place) =>
    place === 'x' ? digit(16) : (8 + Math.floor(random() * 4)).toString(16),
  );
}
