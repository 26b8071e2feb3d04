/** What a valid configuration of any connector asks of others, where nobody can tell without looking there. Pure. */
import type { ConfigProblem } from '../../errors.ts';
import type { ConnectorConfig } from '../connector-keys.ts';

/** Under a key each. `userFunction`: the sink is a function of the user's own. */
export function connectorNotes(config: ConnectorConfig, userFunction: boolean): readonly ConfigProblem[] {
  if (config['invoke.target'] !== 'fc' || config['invoke.mode'] !== 'async') return [];
  const notes = [
    {
      key: 'invoke.mode',
      message:
        'async: a record counts as written once Function Compute has queued it; give the function an on-failure destination, or what fails there for good is gone',
    },
  ];
  notes.push({
    key: 'invoke.mode',
    message: userFunction
      ? 'async: nobody reads what the function answers; it must fail the call for what it did not write, so that it comes again: one made with defineSink does so where its option invocationSource is platform'
      : 'async: nobody reads what the sink answers; its function needs INVOCATION_SOURCE=platform in its environment, so that what is not written fails the call and comes again',
  });
  if (config['fc.async.task.id'] === 'offsets') {
    notes.push({
      key: 'fc.async.task.id',
      message: 'offsets: the function must be in async task mode (asyncTask: true), which remembers ids for seven days',
    });
  }
  return notes;
}
