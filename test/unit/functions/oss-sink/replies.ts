/** Replies of OSS as they came over the wire; each says where from. */
import { readFileSync } from 'node:fs';
import { readReply } from '../../../../functions/oss-sink/oss-failure.ts';

interface CapturedReply {
  readonly source: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The captured reply `name`, as read at our time `localTimeMs`. */
export function capturedFailure(name: string, localTimeMs = 0) {
  const file = new URL(`../../../fixtures/replies/oss/${name}.json`, import.meta.url);
  const { status, headers, body }: CapturedReply = JSON.parse(readFileSync(file, 'utf8'));
  return readReply({ status, headers, body: Buffer.from(body) }, localTimeMs);
}
