/** The sinks of this build, as the dispatcher has them. */
export { SINKS } from '../functions/dispatcher/main.ts';
