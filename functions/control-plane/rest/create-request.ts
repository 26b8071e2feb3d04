/** Body of `POST /connectors`. */
import type { TargetState } from '../config-state.ts';
import type { GivenConfig } from '../control-plane.ts';
import { Refused } from '../refused.ts';
import { givenConfig, jsonObject } from './given-config.ts';

export interface CreateRequest {
  /** Trimmed; empty where none was given, for the configuration's own check to refuse. */
  readonly name: string;
  readonly config: GivenConfig;
  readonly initial: TargetState;
}

const FIELDS: readonly string[] = ['name', 'config', 'initial_state'];
const INITIAL_STATES: ReadonlyMap<string, TargetState> = new Map([
  ['RUNNING', 'STARTED'],
  ['PAUSED', 'PAUSED'],
  ['STOPPED', 'STOPPED'],
]);

/** @throws Refused 400. Source: `CreateConnectorRequest` (unknown fields are refused, the state's case does not matter) */
export function createRequest(body: unknown): CreateRequest {
  const fields = jsonObject(body, 'The body');
  if (Object.keys(fields).some((field) => !FIELDS.includes(field)))
    throw new Refused(400, `The body has a field that is not known. Known are ${FIELDS.join(', ')}.`);
  return {
    name: nameOf(fields['name']),
    config: givenConfig(fields['config'], 'config'),
    initial: initialState(fields['initial_state']),
  };
}

function nameOf(name: unknown): string {
  if (name === undefined || name === null) return '';
  if (typeof name === 'object') throw new Refused(400, 'name: must be a text.');
  return String(name).trim();
}

function initialState(given: unknown): TargetState {
  if (given === undefined || given === null) return 'STARTED';
  const state = typeof given === 'string' ? INITIAL_STATES.get(given.toUpperCase()) : undefined;
  if (state === undefined)
    throw new Refused(400, `initial_state: must be one of ${[...INITIAL_STATES.keys()].join(', ')}.`);
  return state;
}
