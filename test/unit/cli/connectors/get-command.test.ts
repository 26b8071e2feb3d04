import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configText } from '../../../../cli/connectors/get-command.ts';

describe('configText', () => {
  it('begins with what the connector is, and keeps every value as text', () => {
    const config = { topics: 'a,b', 'tasks.max': '2', 'connector.class': 'oss-sink', name: 'o', 'oss.prefix': '' };
    const text = configText(config);
    expect(text.split('\n').slice(0, 2)).toEqual(['name: o', 'connector.class: oss-sink']);
    expect(parse(text)).toEqual(config);
  });
});
