/** State and members of a consumer group (DescribeGroups). Joins nothing. */
import type { WireRequest } from '../broker-connection.ts';
import { RIGHTS_UNKNOWN } from './rights.ts';
import { FieldReader, field } from './wire-fields.ts';

export const DESCRIBE_GROUPS_API_KEY = 15;
/** The first that tells rights; a group that does not exist is answered as `Dead` up to version 5. */
const NEWEST = 3;

export interface GroupInspection {
  /** Kafka error code: 0, or why it cannot be described. */
  readonly errorCode: number;
  /** Kafka's word: `Dead` (there is none), `Empty`, `Stable`, `PreparingRebalance`, `CompletingRebalance`. */
  readonly state: string;
  /** `consumer`; '' for a group without members. */
  readonly protocolType: string;
  /** Name of the assignment protocol that its members agreed on. */
  readonly protocol: string;
  /** Sorted. */
  readonly members: readonly string[];
  /** To be asked with `hasRight`. */
  readonly authorizedOperations: number;
}

/** A group that nobody has ever used. */
export const NO_GROUP: GroupInspection = {
  errorCode: 0,
  state: 'Dead',
  protocolType: '',
  protocol: '',
  members: [],
  authorizedOperations: RIGHTS_UNKNOWN,
};

/** `newest` is what the broker takes at most. To be sent to the group's coordinator. */
export function groupRequest(groupId: string, newest: number): WireRequest<GroupInspection> {
  const version = Math.min(NEWEST, newest);
  const body = [field.array([field.string(groupId)])];
  if (version >= 3) body.push(field.boolean(true));
  return {
    apiKey: DESCRIBE_GROUPS_API_KEY,
    name: 'DescribeGroups',
    version,
    body: Buffer.concat(body),
    decode: (payload) => decodeGroup(new FieldReader(payload), version),
  };
}

function decodeGroup(reader: FieldReader, version: number): GroupInspection {
  // The time by which the broker holds back the next answer.
  if (version >= 1) reader.int32();
  const [group] = reader.array(() => {
    const errorCode = reader.int16();
    // Its name, which was asked for.
    reader.string();
    const head = { errorCode, state: reader.string(), protocolType: reader.string(), protocol: reader.string() };
    const members = reader.array(() => {
      // The member id says nothing to a person.
      reader.string();
      const member = `${reader.string()} at ${reader.string().replace(/^\//, '')}`;
      // Subscription and assignment.
      reader.skipBytes();
      reader.skipBytes();
      return member;
    });
    const authorizedOperations = version >= 3 ? reader.int32() : RIGHTS_UNKNOWN;
    return { ...head, members: members.sort(), authorizedOperations };
  });
  return group ?? NO_GROUP;
}
