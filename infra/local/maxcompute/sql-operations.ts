/** SQL over HTTP: a job is posted, asked for until it is terminated, then asked for its result. */
import { text as readText } from 'node:stream/consumers';
import { httpTime } from '../oss/request-time.ts';
import { element, type XmlElement } from '../oss/xml.ts';
import { childText, readXml, type XmlNode } from '../oss/xml-reader.ts';
import { MaxComputeError } from './errors.ts';
import type { Instance } from './instances.ts';
import { emptyReply, xmlReply } from './reply.ts';
import type { MaxComputeService, Operation } from './service.ts';
import { type Hints, runSql } from './sql/run-sql.ts';
import { SqlError } from './sql/sql-tokens.ts';

interface Job {
  readonly source: string;
  readonly task: string;
  readonly query: string;
  readonly properties: ReadonlyMap<string, string>;
}

const malformed = (why: string): MaxComputeError =>
  new MaxComputeError(400, 'ParseError', `The job is malformed: ${why}`);

function descend(node: XmlNode, ...names: readonly string[]): XmlNode {
  return names.reduce((at, name) => {
    const child = at.children.find((each) => each.name === name);
    if (child === undefined) throw malformed(`${at.name} has no ${name}`);
    return child;
  }, node);
}

/** Takes a job apart, with its one SQL task.
 *  @throws MaxComputeError `ParseError` */
function readJob(document: string): Job {
  let root: XmlNode;
  try {
    root = readXml(document);
  } catch (thrown) {
    throw malformed((thrown as Error).message);
  }
  const task = descend(root, 'Job', 'Tasks', 'SQL');
  const config = task.children.find(({ name }) => name === 'Config');
  const properties = (config?.children ?? []).map(
    (property) => [childText(property, 'Name') ?? '', childText(property, 'Value') ?? ''] as const,
  );
  const name = childText(task, 'Name');
  const query = childText(task, 'Query');
  if (name === undefined || query === undefined) throw malformed('the SQL task has no Name or no Query');
  const [source = ''] = /<Job>[\s\S]*<\/Job>/.exec(document) ?? [];
  return { source, task: name, query, properties: new Map(properties) };
}

/** Switches come as JSON; clients write them as text, and some as true and false. */
function hintsOf(settings: string | undefined): Hints {
  if (settings === undefined || settings === '') return {};
  try {
    const all = JSON.parse(settings) as Record<string, unknown>;
    return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)]));
  } catch {
    throw malformed('settings is no JSON');
  }
}

function outcomeOf(service: MaxComputeService, job: Job, hints: Hints): Omit<Instance, 'id'> {
  const { catalog, project, clock, sqlPolls: pollsLeft } = service;
  const startedAt = clock();
  const facts = { task: job.task, source: job.source, startedAt, pollsLeft };
  try {
    const text = runSql(job.query, { catalog, project, now: startedAt, hints });
    return { ...facts, isSuccess: true, text, format: text === '' ? 'text' : 'csv' };
  } catch (thrown) {
    if (!(thrown instanceof SqlError)) throw thrown;
    return { ...facts, isSuccess: false, text: thrown.message, format: 'text' };
  }
}

export const submitSql: Operation = async (service, request) => {
  const job = readJob(await readText(request.body));
  const hints = hintsOf(job.properties.get('settings'));
  const instance = service.instances.submit(job.properties.get('uuid'), () => outcomeOf(service, job, hints));
  const location = `http://${service.authority}/api/projects/${service.project}/instances/${instance.id}`;
  return emptyReply(201, { location });
};

function taskElement({ task, isSuccess, startedAt }: Instance, ...more: readonly XmlElement[]): XmlElement {
  const parts = [
    element('Name', task),
    element('StartTime', httpTime(startedAt)),
    element('EndTime', httpTime(startedAt)),
    element('Status', isSuccess ? 'Success' : 'Failed'),
    ...more,
  ];
  return element('Tasks', [element('Task', parts, { Type: 'SQL' })]);
}

function answerOf(instance: Instance, query: ReadonlyMap<string, string>, isRunning: boolean): XmlElement {
  const status = element('Status', isRunning ? 'Running' : 'Terminated');
  if (isRunning) return element('Instance', [status]);
  if (query.has('taskstatus')) return element('Instance', [status, taskElement(instance)]);
  if (!query.has('result')) return element('Instance', [status]);
  const { text, format } = instance;
  const result = element('Result', Buffer.from(text).toString('base64'), { Transform: 'Base64', Format: format });
  return element('Instance', [status, taskElement(instance, result)]);
}

export const askSql: Operation = ({ instances }, { query }, { instance: id = '' }) => {
  const instance = instances.get(id);
  if (instance === undefined)
    throw new MaxComputeError(404, 'NoSuchObject', `ODPS-0420061: Instance not found - ${id}`);
  const source = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${instance.source}`);
  if (query.has('source')) return { status: 200, headers: { 'content-type': 'application/xml' }, body: source };
  const isRunning = instance.pollsLeft > 0;
  if (isRunning) instance.pollsLeft--;
  const time = httpTime(instance.startedAt);
  // The SDK for Java reads both, and both always.
  const headers = { 'x-odps-start-time': time, 'x-odps-end-time': time, 'x-odps-owner': 'ALIYUN$local' };
  return xmlReply(answerOf(instance, query, isRunning), headers);
};
