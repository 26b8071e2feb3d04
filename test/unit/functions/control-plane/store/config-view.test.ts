import { describe, expect, it } from 'vitest';
import type { TargetState } from '../../../../../functions/control-plane/config-state.ts';
import { ConfigView } from '../../../../../functions/control-plane/store/config-view.ts';

function viewOf(...records: readonly Parameters<ConfigView['apply']>[0][]): ConfigView {
  const view = new ConfigView();
  for (const [offset, record] of records.entries()) view.apply(record, offset);
  return view;
}

const connector = (name: string, x: string | null) =>
  ({ kind: 'connector', name, config: x === null ? null : { x } }) as const;
const target = (name: string, wanted: TargetState | null) => ({ kind: 'target', name, target: wanted }) as const;

describe('what the config topic amounts to', () => {
  it('is the last record of each key, with the offsets they came from', () => {
    const view = viewOf(
      target('a', 'STOPPED'),
      connector('a', '1'),
      connector('b', '1'),
      connector('a', '2'),
      target('b', 'PAUSED'),
    );
    expect(view.state()).toEqual({
      position: 5,
      connectors: new Map([
        ['a', { name: 'a', config: { x: '2' }, revision: 3, target: 'STOPPED', targetRevision: 0 }],
        ['b', { name: 'b', config: { x: '1' }, revision: 2, target: 'PAUSED', targetRevision: 4 }],
      ]),
      loggers: new Map(),
    });
  });

  it('tells whether a record changed it', () => {
    const view = new ConfigView();
    expect(view.apply(target('a', 'PAUSED'), 0)).toBe(false);
    expect(view.apply(connector('a', '1'), 1)).toBe(true);
    // The same once more is a wish to be taken up again.
    expect(view.apply(connector('a', '1'), 2)).toBe(true);
    expect(view.state().connectors.get('a')?.revision).toBe(2);
    expect(view.apply(connector('b', null), 3)).toBe(false);
    expect(view.apply({ kind: 'unreadable', why: 'x' }, 4)).toBe(false);
    expect(view.apply({ kind: 'logger', name: 'root', level: 'DEBUG' }, 5)).toBe(true);
    expect(view.state()).toMatchObject({ position: 6, loggers: new Map([['root', 'DEBUG']]) });
  });

  it('stays as it was handed out', () => {
    const view = viewOf(connector('a', '1'));
    const before = view.state();
    expect(view.state()).toBe(before);
    view.apply(connector('b', '1'), 1);
    expect([...before.connectors.keys()]).toEqual(['a']);
  });

  it('knows what the topic lost of it, until that is written again', () => {
    const view = viewOf(target('a', 'PAUSED'), connector('a', '1'), connector('b', '1'), target('gone', 'PAUSED'));
    view.trim(2);
    expect(view.lost()).toEqual([
      { write: 'target', name: 'a', target: 'PAUSED' },
      { write: 'connector', name: 'a', config: { x: '1' } },
    ]);
    const before = view.state().connectors.get('a');
    // Written again it is no other configuration.
    expect(view.apply(target('a', 'PAUSED'), 4)).toBe(false);
    expect(view.apply(connector('a', '1'), 5)).toBe(false);
    expect(view.lost()).toEqual([]);
    expect(view.state().connectors.get('a')).toEqual(before);
  });

  it('takes a lost connector for another one where something else is written in its place', () => {
    const view = viewOf(connector('a', '1'));
    view.trim(1);
    expect(view.apply(connector('a', '2'), 7)).toBe(true);
    expect(view.state().connectors.get('a')).toMatchObject({ config: { x: '2' }, revision: 7 });
  });

  it('keeps what garbage hides, and has it written again before it is compacted away', () => {
    const view = viewOf(connector('a', '1'), target('a', 'PAUSED'), {
      kind: 'unreadable',
      why: 'x',
      hides: { kind: 'target', name: 'a' },
    });
    expect(view.state().connectors.get('a')?.target).toBe('PAUSED');
    expect(view.lost()).toEqual([{ write: 'target', name: 'a', target: 'PAUSED' }]);
  });

  it('takes over from an older log what the new one neither says nor takes back', () => {
    const older = viewOf(
      connector('kept', '1'),
      connector('deleted', '1'),
      connector('other', '1'),
      target('kept', 'STOPPED'),
    );
    const view = viewOf(connector('other', '2'), connector('deleted', '1'), connector('deleted', null));
    view.adopt(older);
    expect([...view.state().connectors.values()].map(({ name, config, target: t }) => [name, config['x'], t])).toEqual([
      ['other', '2', 'STARTED'],
      ['kept', '1', 'STOPPED'],
    ]);
    expect(view.lost().map((write) => ('name' in write ? `${write.write} ${write.name}` : ''))).toEqual([
      'target kept',
      'connector kept',
    ]);
  });

  it('knows a wanted state whose connector is gone', () => {
    const view = viewOf(target('a', 'STOPPED'), connector('a', '1'), connector('a', null));
    expect([view.hasOrphan('a'), view.hasOrphan('b')]).toEqual([true, false]);
  });
});
