import { describe, expect, it } from 'vitest';
import type { StoredConfig, StoredConnector } from '../../../../../functions/control-plane/config-state.ts';
import { Setups } from '../../../../../functions/control-plane/herder/setups.ts';
import { config, validate } from '../../../../helpers/control-plane/memory-cluster.ts';

function stored(revision: number, given: StoredConfig): StoredConnector {
  return { name: 'c', config: given, revision, target: 'STARTED', targetRevision: -1 };
}

/** Setups that validate in the usual way until `problem` is set. */
function scene() {
  let validated = 0;
  let problem: string | undefined;
  const setups = new Setups((given) => {
    validated++;
    return validate(problem === undefined ? given : { ...given, broken: problem });
  });
  const because = (what: string | undefined) => {
    problem = what;
  };
  return { setups, because, validated: () => validated };
}

describe('setups', () => {
  it('validate each stored configuration once', () => {
    const { setups, validated } = scene();
    const first = stored(1, config('c', 1));
    expect(setups.of(first)).toBe(setups.of({ ...first, target: 'PAUSED' }));
    setups.of(stored(2, config('c', 1)));
    expect(validated()).toBe(2);
  });

  it('keep the last valid one, and say what is wrong with the stored one', () => {
    const { setups } = scene();
    const { valid } = setups.of(stored(1, config('c', 1)));
    const now = setups.of(stored(2, config('c', 1, { broken: 'is no number' })));
    expect(now.valid).toBe(valid);
    expect(now.problem).toContain('broken: is no number');
  });

  it('look again when they are told to, and leave a valid one as it is', () => {
    const { setups, because } = scene();
    const connector = stored(1, config('c', 1));
    const { valid } = setups.of(connector);
    because('SECRET is not set');
    expect(setups.of(connector).problem).toBeUndefined();
    setups.lookAgain(connector);
    expect(setups.of(connector)).toMatchObject({ valid, problem: expect.stringContaining('SECRET is not set') });
    because(undefined);
    setups.lookAgain(connector);
    expect(setups.of(connector)).toEqual({ valid, problem: undefined, revision: 1 });
    expect(setups.of(connector).valid).toBe(valid);
  });

  it('know nothing of a connector that was deleted', () => {
    const { setups } = scene();
    setups.of(stored(1, config('c', 1)));
    setups.forget('c');
    expect(setups.of(stored(3, config('c', 1, { broken: 'x' }))).valid).toBeUndefined();
  });
});
