#!/usr/bin/env node
/** What the package's `bin` points at: always there, so that `npx spillway` finds it before the first build, too. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(fileURLToPath(built))) await import(built.href);
else {
  process.stderr.write('Spillway is not built yet: run `npm run build`, then this command again.\n');
  process.exitCode = 1;
}
