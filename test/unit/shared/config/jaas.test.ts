import { describe, expect, it } from 'vitest';
import { readJaas } from '../../../../shared/config/jaas.ts';

const PLAIN = 'org.apache.kafka.common.security.plain.PlainLoginModule';
const SCRAM = 'org.apache.kafka.common.security.scram.ScramLoginModule';
const OAUTH = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule';

function read(text: string) {
  const entry = readJaas(text);
  return 'problem' in entry ? entry : { module: entry.module, ...Object.fromEntries(entry.options) };
}

describe('an entry', () => {
  it('is of one of three modules', () => {
    expect(read(`${PLAIN} required username="alice" password="a b=c;d";`)).toEqual({
      module: 'PLAIN',
      username: 'alice',
      password: 'a b=c;d',
    });
    expect(read(`${SCRAM} required username="a" password="b" ;`)).toMatchObject({ module: 'SCRAM' });
    expect(read(`${OAUTH} required clientId="c" clientSecret="s" scope="x y" extension_cluster="l";`)).toEqual({
      module: 'OAUTHBEARER',
      clientId: 'c',
      clientSecret: 's',
      scope: 'x y',
      extension_cluster: 'l',
    });
    expect(read(`${OAUTH} required;`)).toEqual({ module: 'OAUTHBEARER' });
  });

  it('has options in any order, over several lines, with comments, in quotes of both kinds or none', () => {
    expect(read(`  ${SCRAM}\n  REQUIRED // the flag\n  password='it"s'\n  /* user */ username = bob-1_$ ;\n`)).toEqual({
      module: 'SCRAM',
      username: 'bob-1_$',
      password: 'it"s',
    });
    expect(read(`${PLAIN} optional\r\n\tpassword="//x/*y*/"\r\n\tusername="u";`)).toMatchObject({
      password: '//x/*y*/',
    });
  });

  it('has escaped characters', () => {
    expect(read(`${PLAIN} required username="a\\"b" password="c\\\\d";`)).toMatchObject({
      username: 'a"b',
      password: 'c\\d',
    });
    expect(read(`${PLAIN} required username=a password=x\\"\\;y;`)).toMatchObject({ password: 'x";y' });
  });
});

describe('what is none', () => {
  it.each([
    ['', 'expected one entry'],
    ['alice:hunter2', 'expected one entry'],
    [`${PLAIN} required username="alice" password="hunter2"`, 'does not end with a semicolon'],
    [`${PLAIN} required username="alice" password="hunter2;`, 'not closed'],
    [`${PLAIN} username="alice" password="hunter2";`, 'expected one entry'],
    [`${PLAIN} required username "alice" password="hunter2";`, 'name="value"'],
    [`${PLAIN} required username= ;`, 'name="value"'],
    [`${PLAIN} required password="hunter2"; ${SCRAM} required password="hunter2";`, 'more than one entry'],
    ['com.sun.security.auth.module.Krb5LoginModule required keyTab="hunter2";', 'Kerberos (GSSAPI) is not supported'],
    ['software.amazon.msk.auth.iam.IAMLoginModule required;', 'IAMLoginModule is not supported'],
    ['hunter2 required username="a";', 'expected one entry'],
  ])('%j says why, and shows no value', (text, why) => {
    const { problem } = readJaas(text) as { problem: string };
    expect(problem).toContain(why);
    expect(problem).toContain('PlainLoginModule');
    expect(problem).not.toContain('hunter2');
  });
});
