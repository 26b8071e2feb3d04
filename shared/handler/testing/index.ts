/** `spillway/handler/testing`: a function on a laptop and in tests, with any test framework. Talks to nobody. */
export { describeInvocation } from './describe-invocation.ts';
export { type AnyHandler, type Invocation, type InvokeOptions, invoke } from './invoke.ts';
export { type LocalProcess, runLocally } from './run-locally.ts';
export { type TestEventForm, type TestEventOptions, type TestRecord, testEvent, testEvents } from './test-event.ts';
