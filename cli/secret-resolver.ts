/** Secrets of this process: its environment, and files of `key=value` lines on this machine. */
import { readFileSync } from 'node:fs';
import { secretResolver } from '../shared/config/secret-resolver.ts';

/** Looks references up anew at each use, so that a rotated secret is picked up. */
export const processSecrets = secretResolver(process.env, (path) => readFileSync(path, 'utf8'));
