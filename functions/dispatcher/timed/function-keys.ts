/** Environment variables of the dispatcher as a function, besides those of its connector and its worker. */
import { defineKey } from '../../../shared/config/define-key.ts';

export const functionKeys = {
  'run.max.ms': defineKey.long({
    group: 'Function',
    importance: 'MEDIUM',
    displayName: 'Time of a run',
    min: 1,
    unit: 'ms',
    doc: "How long one run reads at most. By default what the function's own timeout leaves.",
  }),
  'handler.reserve.ms': defineKey.long({
    group: 'Function',
    importance: 'LOW',
    displayName: 'Reserved time',
    min: 0,
    unit: 'ms',
    default: 5_000,
    doc: "Time of each run that is kept back of the function's own timeout for leaving the group and answering.",
  }),
};
