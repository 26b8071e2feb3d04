/** Stops the idle busy loop of kafkajs 2.2.4 (its issues #1704 and #1751, never fixed upstream). */
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

const installed = Symbol.for('spillway.kafkajs.idle-timer-shim');

/** Makes an idle request queue arm no timer: upstream re-arms one of 0 ms for ever once a request was answered
 *  (44,630 `setTimeout` calls in 10 idle seconds, measured). A queue that holds something keeps its behaviour, and every
 *  `push` schedules again. Process-wide and idempotent; called before the first connection is made. */
export function installIdleTimerShim(): void {
  const prototype = RequestQueue.prototype as RequestQueue & { [installed]?: true };
  if (prototype[installed]) return;
  const schedule = prototype.scheduleCheckPendingRequests;
  if (typeof schedule !== 'function') throw new TypeError('kafkajs has no RequestQueue.scheduleCheckPendingRequests');
  prototype.scheduleCheckPendingRequests = function scheduleWhenPending(this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
  prototype[installed] = true;
}
