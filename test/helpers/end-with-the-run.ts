/** A run that is killed leaves its workers behind, each with its test and all that this one started. They end with it here; what they started
 *  is bound to them. Not by `process.exit`, which the test runner takes away. */
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
