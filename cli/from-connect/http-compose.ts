/** URL, authorization and batching of the sinks to HTTP, told by `invoke.http.*` and `batch.size`. No value of a header, no password and
 *  no user of a URL is ever copied. */
import type { Draft } from './table.ts';

/** Where the authorization is expected, when the file has it in clear. */
const REFERENCE = '${env:HTTP_AUTHORIZATION}';
const WHOLE_REFERENCE = /^(?:[A-Za-z]+ )?\$\{(?:env|file):[^}]+\}$/;
const SECRET_PARAMETER = /key|token|secret|passw|sig|auth|code|credential/i;

/** Reads both connectors' spellings. */
export function composeHttp(draft: Draft): void {
  for (const key of ['http.api.url', 'http.url']) url(draft, key);
  authorizationType(draft);
  headers(draft);
  if (draft.given('batching.enabled') !== undefined) batching(draft);
}

function url(draft: Draft, key: string): void {
  const given = draft.given(key);
  if (given === undefined) return;
  if (given.includes('${')) {
    draft.missing(
      key,
      'a URL has no placeholders and no references here; the function sees topic and key in the envelope',
    );
    draft.fillIn('invoke.http.url', `the URL itself: that of ${key} has a placeholder or a reference`);
    return;
  }
  if (!URL.canParse(given)) {
    draft.fillIn('invoke.http.url', `a whole URL: ${key} is none`);
    return;
  }
  const target = new URL(given);
  if (target.username !== '' || target.password !== '') {
    target.username = '';
    target.password = '';
    authorize(draft, `user and password stood in ${key} and were not copied: "Basic " and the base64 of user:password`);
  }
  for (const name of [...target.searchParams.keys()]) {
    if (!SECRET_PARAMETER.test(name)) continue;
    target.searchParams.delete(name);
    draft.fillIn(
      'invoke.http.url',
      `the parameter ${name}, which looks like a secret and was not copied; better send it as Authorization`,
    );
  }
  draft.set('invoke.http.url', target.href);
  draft.changed(
    key,
    'gets an envelope (a JSON array with topic, partition, offset, key and value) and not bare values; a 2xx means that all are written',
  );
}

function authorizationType(draft: Draft): void {
  const type = (draft.given('auth.type') ?? draft.given('http.authorization.type') ?? 'none').toLowerCase();
  if (type === 'basic') authorize(draft, '"Basic " and the base64 of connection.user:connection.password');
  else if (type === 'bearer') authorize(draft, '"Bearer " and the token');
  else if (type === 'oauth2') {
    authorize(draft, '"Bearer " and a token that somebody renews; a ${file:path:key} is read anew at each start');
  } else if (type === 'static') {
    const given = draft.given('http.headers.authorization');
    if (given !== undefined && WHOLE_REFERENCE.test(given)) draft.set('invoke.http.authorization', given);
    else authorize(draft, 'the value of http.headers.authorization, which was not copied');
  }
}

function headers(draft: Draft): void {
  const given = draft.given('headers');
  if (given === undefined) return;
  for (const header of given.split(draft.given('header.separator') ?? '|')) {
    const name = header.split(':')[0]?.trim().toLowerCase() ?? '';
    if (name === 'authorization') authorize(draft, 'the value of the header Authorization, which was not copied');
    else if (name !== '' && name !== 'content-type') {
      draft.missing('headers', `${name}: no headers can be added, but for Authorization (invoke.http.authorization)`);
    }
  }
}

function authorize(draft: Draft, what: string): void {
  draft.set('invoke.http.authorization', REFERENCE);
  draft.fillIn(
    'invoke.http.authorization',
    `set the environment variable HTTP_AUTHORIZATION to the whole header: ${what}`,
  );
}

function batching(draft: Draft): void {
  if (draft.given('batching.enabled')?.toLowerCase() !== 'true') {
    draft.set('batch.size', '1');
    return;
  }
  draft.set('batch.size', draft.given('batch.max.size') ?? '500');
  draft.changed(
    'batch.max.size',
    'a request closes on records, bytes (batch.bytes) or age (linger.ms), and holds records of one partition',
  );
}
