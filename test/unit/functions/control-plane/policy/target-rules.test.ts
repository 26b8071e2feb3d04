import { describe, expect, it } from 'vitest';
import {
  addressComplaint,
  hostComplaint,
  targetRules,
} from '../../../../../functions/control-plane/policy/target-rules.ts';

const host = (listed: readonly string[], url: string) => {
  const { hostname, port } = new URL(url);
  return hostComplaint(targetRules(listed), hostname, Number(port || 80));
};

describe('hosts', () => {
  it.each([
    [['*'], 'http://example.com'],
    [['*'], 'http://10.1.2.3:9200'],
    [['*', 'localhost'], 'http://localhost:9200'],
    [['127.0.0.1'], 'http://127.0.0.1:9200'],
    [['127.0.0.1:9200'], 'http://127.0.0.1:9200'],
    [['127.0.0.0/8'], 'http://127.0.0.5'],
    [['[::1]'], 'http://[::1]:1'],
    [['*.example.com'], 'http://a.b.example.com'],
    [['*.example.com:9200'], 'http://a.example.com:9200'],
    [['es.example.com'], 'http://ES.example.com.'],
    [['10.0.0.0/8'], 'http://10.255.0.1'],
    [['fd12::/16'], 'http://[fd12::1]'],
    // Its addresses will tell.
    [['10.0.0.0/8'], 'http://es.internal'],
  ])('%j allows %s', (listed, url) => {
    expect(host(listed, url)).toBeUndefined();
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://100.100.100.200',
    'http://[fe80::1]',
    'http://[fd00:ec2::254]',
    'http://[::ffff:169.254.169.254]',
    'http://[64:ff9b::a9fe:a9fe]',
    'http://[::]',
    'http://0.0.0.0',
    'http://0',
    'http://2852039166',
    'http://0xa9fea9fe',
    'http://0251.0376.0251.0376',
    'http://224.0.0.1',
    'http://metadata.google.internal',
    'http://metadata',
  ])('%s is never allowed, not even by name', (url) => {
    const { hostname } = new URL(url);
    const name = hostname.includes(':') || hostname === '0.0.0.0' ? '*' : hostname;
    expect(host(['*', 'localhost', '0.0.0.0/0', '::/0', name], url)).toMatch(/is never allowed/);
  });

  it.each([
    'http://localhost',
    'http://a.localhost',
    'http://127.0.0.1',
    'http://127.1',
    'http://[::1]',
    'http://[::ffff:127.0.0.1]',
  ])('* does not stand for this machine: %s', (url) => {
    expect(host(['*'], url)).toMatch(
      /is the worker's own machine; where that is meant, list it in connector\.target\.hosts/,
    );
  });

  it.each([
    [['es.example.com'], 'http://example.com'],
    [['*.example.com'], 'http://example.com'],
    [['*.example.com'], 'http://evil-example.com'],
    [['es.example.com:9200'], 'http://es.example.com:9201'],
    [['10.0.0.0/8'], 'http://11.0.0.1'],
    [['10.0.0.1'], 'http://10.0.0.2'],
  ])('%j does not allow %s', (listed, url) => {
    expect(host(listed, url)).toMatch(
      /is not among the hosts that connectors may write to: .* \(connector\.target\.hosts of the worker\)$/,
    );
  });
});

describe('addresses that a name leads to', () => {
  const address = (listed: readonly string[], name: string, found: string) =>
    addressComplaint(targetRules(listed), name, 443, found);

  it('are checked though the name is allowed', () => {
    expect(address(['*'], 'es.example.com', '203.0.113.7')).toBeUndefined();
    expect(address(['*'], 'es.example.com', '169.254.169.254')).toMatch(
      /^es\.example\.com \(169\.254\.169\.254\) is never/,
    );
    expect(address(['*'], 'es.example.com', '127.0.0.1')).toMatch(/own machine/);
    expect(address(['es.example.com'], 'es.example.com', '127.0.0.1')).toBeUndefined();
    expect(address(['es.example.com'], 'es.example.com', '100.100.100.200')).toMatch(/never/);
  });

  it.each([
    '::169.254.169.254',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    '64:ff9b:0:0:0:0:a9fe:a9fe',
    '64:ff9b:1::a9fe:a9fe',
    '::ffff:0:169.254.169.254',
    '2002:a9fe:a9fe::1',
    'fe80::1%eth0',
  ])('are known however a resolver spells them: %s', (found) => {
    expect(address(['*', '::/0'], 'es.example.com', found)).toMatch(/is never allowed/);
  });

  it('must lie in a range where only ranges allow the name', () => {
    expect(address(['10.0.0.0/8'], 'es.internal', '10.0.0.9')).toBeUndefined();
    expect(address(['10.0.0.0/8'], 'es.internal', '192.168.0.9')).toMatch(/not among the hosts/);
  });
});
