/** Who calls, and what they may do to which connectors. */
import { matchesName } from '../../policy/name-pattern.ts';
import type { Principal, Role } from '../route-access.ts';

/** From the least to the most: each may do what the ones before may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const satisfies readonly Role[];

/** Patterns of connector names by role. */
export type Grants = Readonly<Partial<Record<Role, readonly string[]>>>;

/** Where nobody has to sign in. */
export const ANYBODY: Principal = principal('anybody', { admin: ['*'] });

export function principal(name: string, grants: Grants): Principal {
  const patterns = (role: Role) => ROLES.slice(ROLES.indexOf(role)).flatMap((held) => grants[held] ?? []);
  return {
    name,
    may: (role, connector) => patterns(role).some((pattern) => matchesName(pattern, connector)),
    mayAll: (role) => patterns(role).includes('*'),
    mayAny: (role) => patterns(role).length > 0,
  };
}
