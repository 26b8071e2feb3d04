/** Worker settings of the REST API: who may use it, how it is encrypted, how much one caller may ask of it. */
import { defineKey } from '../define-key.ts';
import { PEM_EXPECTED, readCertificates } from './security-keys.ts';

const ACCESS = { group: 'REST access' } as const;
const TLS = { group: 'REST TLS' } as const;
const LIMITS = { group: 'REST limits', importance: 'LOW' } as const;

const KIB = 1024;
const MIB = 1024 * KIB;

const TOKEN = 'Sent as `Authorization: Bearer ...`, or as the password of a user of that name. At least 16 characters.';

export const restKeys = {
  'rest.users.file': defineKey.string({
    ...ACCESS,
    importance: 'HIGH',
    displayName: 'File of users',
    expected: 'a path of a YAML or JSON file',
    doc: 'File that lists users, their hashed passwords or tokens, and their roles for which connectors. It is read again when it changes. A listener that is reached from elsewhere needs it, or one of the tokens below.',
  }),
  'rest.admin.token': defineKey.password({
    ...ACCESS,
    importance: 'HIGH',
    displayName: 'Token of admins',
    doc: `Who has it may do everything. ${TOKEN}`,
  }),
  'rest.operator.token': defineKey.password({
    ...ACCESS,
    importance: 'MEDIUM',
    displayName: 'Token of operators',
    doc: `Who has it may read everything, and pause, resume, stop and restart connectors. ${TOKEN}`,
  }),
  'rest.viewer.token': defineKey.password({
    ...ACCESS,
    importance: 'MEDIUM',
    displayName: 'Token of viewers',
    doc: `Who has it may read everything, and change nothing. ${TOKEN}`,
  }),
  'listeners.https.ssl.certificate': defineKey.parsed(readCertificates, {
    ...TLS,
    importance: 'MEDIUM',
    displayName: 'Certificate',
    aliases: ['listeners.https.ssl.keystore.certificate.chain'],
    expected: PEM_EXPECTED,
    doc: 'Certificate of `https://` listeners and its chain, as PEM text. Given together with `listeners.https.ssl.key`.',
  }),
  'listeners.https.ssl.key': defineKey.password({
    ...TLS,
    importance: 'MEDIUM',
    displayName: 'Key',
    aliases: ['listeners.https.ssl.keystore.key'],
    doc: 'Private key of that certificate, as PEM text; encrypted or not.',
  }),
  'listeners.https.ssl.keystore.location': defineKey.string({
    ...TLS,
    importance: 'MEDIUM',
    displayName: 'File of key and certificate',
    expected: 'a path of a PEM file',
    doc: 'PEM file with key and certificate, instead of those two. Read again once a minute: a renewed one serves new connections.',
  }),
  'listeners.https.ssl.key.password': defineKey.password({
    ...TLS,
    importance: 'LOW',
    displayName: 'Password of the key',
    doc: 'Needed where the key is encrypted.',
  }),
  'rest.max.body.bytes': defineKey.int({
    ...LIMITS,
    displayName: 'Largest body',
    min: KIB,
    max: 64 * MIB,
    unit: 'bytes',
    default: MIB,
    doc: 'The most bytes of the body of a request. A larger one is answered 413.',
  }),
  'rest.max.header.bytes': defineKey.int({
    ...LIMITS,
    displayName: 'Largest head',
    min: KIB,
    max: MIB,
    unit: 'bytes',
    default: 16 * KIB,
    doc: 'The most bytes of the head of a request, its address included. A larger one is answered 431.',
  }),
  'rest.request.timeout.ms': defineKey.int({
    ...LIMITS,
    displayName: 'Time to send a request',
    min: 1000,
    unit: 'ms',
    default: 30_000,
    doc: 'How long a caller may take to send a request. One that takes longer is answered 408.',
  }),
  'rest.requests.per.minute': defineKey.int({
    ...LIMITS,
    displayName: 'Requests a minute',
    min: 1,
    default: 6000,
    doc: 'How many requests of one user, or of one address where nobody signs in, are answered within a minute. Those beyond are answered 429.',
  }),
  'rest.failed.sign.ins.per.minute': defineKey.int({
    ...LIMITS,
    displayName: 'Failed sign-ins a minute',
    min: 1,
    default: 30,
    doc: 'After so many failed sign-ins of one address within a minute its next ones are answered 429, and passwords are not looked at. Tokens that are right still are let in.',
  }),
};
