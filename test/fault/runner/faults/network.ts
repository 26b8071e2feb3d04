import type { Random } from '../random.ts';
import type { TcpFault } from '../tcp-proxy.ts';

/** A fault of the network with random parameters, and how to say it. */
export function networkFault(random: Random): { readonly fault: TcpFault | 'cut'; readonly text: string } {
  const kind = random.pick(['latency', 'cut', 'refuse', 'silent', 'no-answers', 'truncate'] as const);
  switch (kind) {
    case 'cut':
      return { fault: 'cut', text: kind };
    case 'latency': {
      const ms = random.int(50, 800);
      return { fault: { kind, ms }, text: `${kind} ${ms} ms` };
    }
    case 'truncate': {
      const bytes = random.int(1, 60);
      return { fault: { kind, bytes }, text: `answers end after ${bytes} bytes` };
    }
    default:
      return { fault: { kind }, text: kind };
  }
}
