/** Starts a thread of a process that runs the sources as they are (`node --import tsx cli/main.ts`): what loads TypeScript there does not reach
 *  its threads. */
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
