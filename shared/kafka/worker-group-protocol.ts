/** What workers tell each other through the coordinator of their group: bytes of their own as the user data of the consumer protocol, which
 *  Kafka's tools can read. No topic is subscribed to and no partition is assigned: committing in this group is nobody's business. */
import assignerProtocol from 'kafkajs/src/consumer/assignerProtocol.js';

/** A consumer that is given the workers' group by mistake is refused by the coordinator: it speaks another protocol. */
export const WORKERS_PROTOCOL = 'spillway-workers';

const VERSION = 0;

export function encodeClaims(claims: Buffer): Buffer {
  return assignerProtocol.MemberMetadata.encode({ version: VERSION, topics: [], userData: claims });
}

/** Empty for bytes that no member of this protocol sends. */
export function decodeClaims(bytes: Buffer): Buffer {
  return userData(() => assignerProtocol.MemberMetadata.decode(bytes));
}

export function encodeGiven(given: Buffer): Buffer {
  return assignerProtocol.MemberAssignment.encode({ version: VERSION, assignment: {}, userData: given });
}

/** Empty for a member that was given nothing, and for bytes that no leader of this protocol sends. */
export function decodeGiven(bytes: Buffer | null): Buffer {
  if (bytes === null || bytes.length === 0) return Buffer.alloc(0);
  return userData(() => assignerProtocol.MemberAssignment.decode(bytes));
}

/** What one member sends must not end the others. */
function userData(decode: () => { readonly userData: Buffer | null } | null): Buffer {
  try {
    return decode()?.userData ?? Buffer.alloc(0);
  } catch (thrown) {
    if (thrown instanceof RangeError) return Buffer.alloc(0);
    throw thrown;
  }
}
