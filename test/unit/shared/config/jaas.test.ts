import { expect, it } from 'vitest';
import { readJaas } from '../../../../shared/config/jaas.ts';

const PLAIN = 'org.apache.kafka.common.security.plain.PlainLoginModule';
const SCRAM = 'org.apache.kafka.common.security.scram.ScramLoginModule';

it('reads user and password of both modules', () => {
  expect(readJaas(`${PLAIN} required username="alice" password="a b=c;d";`)).toEqual({
    mechanism: 'PLAIN',
    username: 'alice',
    password: 'a b=c;d',
  });
  expect(readJaas(`  ${SCRAM}\n  REQUIRED\n  password=secret\n  username = bob ;\n`)).toEqual({
    mechanism: 'SCRAM',
    username: 'bob',
    password: 'secret',
  });
});

it('reads escaped characters inside quotes', () => {
  expect(readJaas(`${PLAIN} required username="a\\"b" password="c\\\\d";`)).toMatchObject({
    username: 'a"b',
    password: 'c\\d',
  });
});

it.each([
  '',
  'alice:secret',
  `${PLAIN} required username="alice" password="x"`,
  `${PLAIN} required username="alice";`,
  `${PLAIN} username="alice" password="x";`,
  'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required username="a" password="b";',
  'com.example.constructor required username="a" password="b";',
])('does not read %j', (text) => {
  expect(readJaas(text)).toBeUndefined();
});
