import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TlsSecret } from '../../src/wiring/tls-secret.ts';
import {
  certificateFor,
  CertificateScene,
  EXPIRED,
  FUTURE,
  type Pairs,
  routing,
  tlsSecret,
} from './certificate-scene.ts';

const exact = await certificateFor('a.x');
const exactToo = await certificateFor('a.x b.x');
const wildcard = await certificateFor('*.x');
const deep = await certificateFor('*.b.x');
const rsa = await certificateFor('a.x', { kind: 'rsa' });
const expired = await certificateFor('a.x', EXPIRED);
const future = await certificateFor('a.x', FUTURE);
const expiredRsa = await certificateFor('a.x', { kind: 'rsa', ...EXPIRED });
const elsewhere = await certificateFor('z.z');
const nameless = await certificateFor('10.9.8.7');

interface Case {
  readonly name: string;
  readonly routes: readonly string[];
  readonly secrets?: readonly TlsSecret[];
  readonly files?: Readonly<Record<string, Pairs | typeof exact>>;
  /** Certificates whose chains are trusted; all others are not. */
  readonly trusted?: readonly (typeof exact)[];
  /** The hosts that are checked; by default a.x. */
  readonly serves: Readonly<Record<string, readonly (typeof exact)[] | 'none'>>;
  readonly rejections?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'the only certificate of the namespace that routes the host (TL-07)',
    routes: ['one: a.x'],
    secrets: [tlsSecret('one', exact)],
    serves: { 'a.x': [exact], 'b.x': 'none' },
  },
  {
    name: 'no certificate at all (TL-09)',
    routes: ['one: a.x'],
    serves: { 'a.x': 'none' },
  },
  {
    name: 'a namespace that does not route the host (TL-14)',
    routes: ['one: a.x'],
    secrets: [tlsSecret('two', exact)],
    serves: { 'a.x': 'none' },
    rejections: ['two/routing-tls tls-host-not-routed tls.crt: a.x'],
  },
  {
    name: 'some names are routed, some not (TL-14)',
    routes: ['one: a.x'],
    secrets: [tlsSecret('one', exactToo)],
    serves: { 'a.x': [exactToo], 'b.x': 'none' },
    rejections: ['one/routing-tls tls-host-not-routed tls.crt: b.x'],
  },
  {
    name: 'two namespaces: the older Secret wins (TL-13)',
    routes: ['one: a.x', 'two: a.x'],
    secrets: [tlsSecret('one', exact, { day: 2 }), tlsSecret('two', exactToo, { day: 1 })],
    serves: { 'a.x': [exactToo] },
    rejections: [
      'one/routing-tls tls-host-of-another tls.crt: a.x',
      'two/routing-tls tls-host-not-routed tls.crt: b.x',
    ],
  },
  {
    name: 'two namespaces, Secrets of one age: the first name wins (TL-13)',
    routes: ['one: a.x', 'two: a.x'],
    secrets: [tlsSecret('two', exactToo), tlsSecret('one', exact)],
    serves: { 'a.x': [exact] },
    rejections: [
      'two/routing-tls tls-host-not-routed tls.crt: b.x',
      'two/routing-tls tls-host-of-another tls.crt: a.x',
    ],
  },
  {
    name: 'an exact certificate of another namespace does not replace an older wildcard (TL-13)',
    routes: ['one: a.x', 'two: a.x'],
    secrets: [tlsSecret('one', wildcard, { day: 1 }), tlsSecret('two', exact, { day: 2 })],
    serves: { 'a.x': [wildcard] },
    rejections: ['two/routing-tls tls-host-of-another tls.crt: a.x'],
  },
  {
    name: 'within one namespace the exact certificate wins, regardless of age',
    routes: ['one: a.x b.x'],
    secrets: [tlsSecret('one', { tls: wildcard, young: exact })],
    serves: { 'a.x': [exact], 'b.x': [wildcard], 'c.x': 'none' },
  },
  {
    name: 'the same certificate in two namespaces is not rejected in either',
    routes: ['one: a.x', 'two: a.x'],
    secrets: [tlsSecret('one', exact), tlsSecret('two', exact)],
    serves: { 'a.x': [exact] },
  },
  {
    name: 'ECDSA and RSA of one Secret are served together',
    routes: ['one: a.x'],
    secrets: [tlsSecret('one', { tls: rsa, ec: exact })],
    serves: { 'a.x': [exact, rsa] },
  },
  {
    name: 'no certificate of another namespace is added',
    routes: ['one: a.x', 'two: a.x'],
    secrets: [tlsSecret('one', exact), tlsSecret('two', rsa)],
    serves: { 'a.x': [exact] },
    rejections: ['two/routing-tls tls-host-of-another tls.crt: a.x'],
  },
  {
    name: 'an expired certificate is served when there is no other (TL-12)',
    routes: ['one: a.x'],
    secrets: [tlsSecret('one', expired)],
    serves: { 'a.x': [expired] },
    rejections: ['one/routing-tls tls-expired tls.crt: until 2026-05-01T00:00:00.000Z'],
  },
  {
    name: 'a valid certificate takes precedence over an older expired one (TL-12)',
    routes: ['one: a.x', 'two: a.x'],
    secrets: [tlsSecret('one', expired, { day: 1 }), tlsSecret('two', exact, { day: 2 })],
    serves: { 'a.x': [exact] },
    rejections: [
      'one/routing-tls tls-expired tls.crt: until 2026-05-01T00:00:00.000Z',
      'one/routing-tls tls-host-of-another tls.crt: a.x',
    ],
  },
  {
    name: 'a valid wildcard takes precedence over an exact certificate that is not yet valid (TL-12)',
    routes: ['one: a.x'],
    secrets: [tlsSecret('one', { tls: future, wild: wildcard })],
    serves: { 'a.x': [wildcard] },
    rejections: ['one/routing-tls tls-not-yet-valid tls.crt: from 2026-07-01T00:00:00.000Z'],
  },
  {
    name: 'an expired certificate of another kind is not added to a valid one (TL-12)',
    routes: ['one: a.x'],
    secrets: [tlsSecret('one', { tls: exact, rsa: expiredRsa })],
    serves: { 'a.x': [exact] },
    rejections: ['one/routing-tls tls-expired rsa.crt: until 2026-05-01T00:00:00.000Z'],
  },
  {
    name: 'a wildcard route uses the certificates of its namespace for all names below it',
    routes: ['one: *.x', 'two: c.b.x'],
    secrets: [tlsSecret('one', { tls: wildcard, exact, deep })],
    serves: {
      'a.x': [exact],
      'q.x': [wildcard],
      'q.b.x': [deep],
      'c.b.x': 'none',
      x: 'none',
      'q.q.x': 'none',
    },
  },
  {
    name: 'a host of another namespace below a wildcard route gets none of its certificates',
    routes: ['one: *.x', 'two: c.x'],
    secrets: [tlsSecret('one', wildcard)],
    files: { default: elsewhere },
    serves: { 'q.x': [wildcard], 'c.x': [elsewhere] },
  },
  {
    name: 'the longest wildcard route has the host',
    routes: ['one: *.x', 'two: *.b.x'],
    secrets: [tlsSecret('one', deep), tlsSecret('two', exact)],
    serves: { 'q.b.x': 'none', 'a.x': 'none' },
    rejections: [
      'one/routing-tls tls-host-not-routed tls.crt: *.b.x',
      'two/routing-tls tls-host-not-routed tls.crt: a.x',
    ],
  },
  {
    name: "the operator's file that names the host takes precedence over all others",
    routes: ['one: a.x'],
    secrets: [tlsSecret('one', exact)],
    files: { shop: exactToo },
    trusted: [exact],
    serves: { 'a.x': [exactToo], 'b.x': [exactToo] },
    rejections: ['one/routing-tls tls-host-of-operator tls.crt: a.x'],
  },
  {
    name: "the operator's wildcard is for hosts without a certificate of a tenant",
    routes: ['one: a.x', 'two: b.x'],
    files: { wild: wildcard },
    serves: { 'a.x': [wildcard], 'b.x': [wildcard], 'unrouted.x': [wildcard], 'a.b.x': 'none' },
  },
  {
    name: "below the operator's wildcard a tenant's certificate needs a trusted chain",
    routes: ['one: a.x'],
    secrets: [tlsSecret('one', exact)],
    files: { wild: wildcard },
    serves: { 'a.x': [wildcard] },
    rejections: ['one/routing-tls tls-host-not-trusted tls.crt: a.x'],
  },
  {
    name: "below the operator's wildcard a trusted chain wins",
    routes: ['one: a.x', 'two: a.x'],
    secrets: [tlsSecret('one', exact), tlsSecret('two', exactToo, { day: 2 })],
    files: { wild: wildcard },
    trusted: [exactToo],
    serves: { 'a.x': [exactToo] },
    rejections: [
      'one/routing-tls tls-host-of-another tls.crt: a.x',
      'two/routing-tls tls-host-not-routed tls.crt: b.x',
    ],
  },
  {
    name: 'an expired wildcard of the operator is still a wildcard of the operator',
    routes: ['one: a.x'],
    secrets: [tlsSecret('one', exact)],
    files: { wild: await certificateFor('*.x', EXPIRED) },
    serves: { 'a.x': [await certificateFor('*.x', EXPIRED)] },
    rejections: [
      'File/wild tls-expired tls.crt: until 2026-05-01T00:00:00.000Z',
      'one/routing-tls tls-host-not-trusted tls.crt: a.x',
    ],
  },
  {
    name: 'clients that name an unknown host, an address or no host get the default (TL-08)',
    routes: ['one: a.x'],
    secrets: [tlsSecret('one', exact)],
    files: { default: { tls: elsewhere, rsa } },
    serves: { 'a.x': [rsa], 'b.x': [rsa, elsewhere], '10.0.0.1': [rsa, elsewhere], '': [rsa, elsewhere] },
    rejections: ['one/routing-tls tls-host-of-operator tls.crt: a.x'],
  },
  {
    name: 'a certificate for an address',
    routes: ['one: 10.9.8.7'],
    secrets: [tlsSecret('one', nameless)],
    serves: { '10.9.8.7': [nameless], '10.9.8.6': 'none' },
  },
];

for (const { name, routes, secrets = [], files = {}, trusted = [], serves, rejections = [] } of CASES) {
  test(`certificates: ${name}`, () => {
    const check = (scene: CertificateScene, order: string) => {
      scene.answer((chain) => trusted.some((it) => it.chain === chain));
      for (const [host, expected] of Object.entries(serves)) {
        const chains = expected === 'none' ? 'none' : expected.map(({ chain }) => chain);
        assert.deepEqual(scene.served(host === '' ? undefined : host), chains, `${host}, ${order}`);
      }
      assert.deepEqual(scene.rejections(), rejections, order);
    };
    check(new CertificateScene(routes).files(files).listSecrets(secrets), 'routes, files, Secrets');
    check(new CertificateScene(routes).secrets(...secrets).files(files), 'routes, Secrets, files');
    const late = new CertificateScene().files(files).listSecrets([...secrets].reverse());
    for (const text of routes) late.apply(routing(text));
    check(late, 'files, Secrets, routes');
  });
}
