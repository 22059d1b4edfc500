import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nameCovers } from '../../src/wiring/certificate-names.ts';
import type { MadeCertificate } from '../fixtures/certificates.ts';
import {
  certificateFor,
  CertificateScene,
  EXPIRED,
  FUTURE,
  NOW,
  routing,
  tlsSecret,
} from './certificate-scene.ts';

// Random changes of routes, Secrets, files and time; the result is compared with the rule, written without any index.

const SPECS = [
  ['a.x'],
  ['*.x'],
  ['a.x *.b.x'],
  ['*.x', { kind: 'rsa' }],
  ['a.x', { kind: 'rsa', ...EXPIRED }],
  ['a.x b.x', FUTURE],
  ['c.b.x *.x', EXPIRED],
] as const;
const POOL = await Promise.all(SPECS.map(([names, more]) => certificateFor(names, more)));
/** One in two. */
const isTrusted = (chain: string) => POOL.findIndex((it) => it.chain === chain) % 2 === 0;
const HOSTS = ['a.x', 'b.x', '*.x', '*.b.x', 'c.b.x'];
const REQUESTED_HOSTS = ['a.x', 'b.x', 'q.x', 'c.b.x', 'd.b.x', 'q.q.x', 'x', '10.0.0.1'];
const NAMESPACES = ['one', 'two', 'three'];
const TIMES = [NOW, Date.UTC(2026, 7, 1), Date.UTC(2026, 3, 1)];

interface ClusterState {
  readonly routes: Map<string, readonly string[]>;
  readonly secrets: Map<string, { readonly day: number; readonly pool: readonly number[] }>;
  files: Readonly<Record<string, number>>;
  now: number;
}

type Change = (state: ClusterState) => void;

const namespaces = fc.constantFrom(...NAMESPACES);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(namespaces, fc.subarray(HOSTS)).map(([namespace, hosts]) => ({ routes }: ClusterState) => {
    routes.set(namespace, hosts);
  }),
  fc
    .tuple(namespaces, fc.subarray([...POOL.keys()], { maxLength: 3 }), fc.integer({ min: 1, max: 3 }))
    .map(([namespace, pool, day]) => ({ secrets }: ClusterState) => {
      if (pool.length === 0) secrets.delete(namespace);
      else secrets.set(namespace, { day, pool });
    }),
  fc
    .dictionary(fc.constantFrom('default', 'f', 'g'), fc.nat(POOL.length - 1))
    .map((files) => (state: ClusterState) => {
      state.files = files;
    }),
  fc.constantFrom(...TIMES).map((now) => (state: ClusterState) => {
    state.now = now;
  }),
);

test('after any changes in any order, every host is served and reported as the rule requires (TL-07, TL-13)', () => {
  fc.assert(
    fc.property(fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { maxLength: 8 }), (steps) => {
      const state: ClusterState = { routes: new Map(), secrets: new Map(), files: {}, now: NOW };
      const scene = new CertificateScene();
      let before = snapshot(state);
      for (const changes of steps) {
        for (const it of changes) it(state);
        applyChanges(scene, before, state);
        before = snapshot(state);
        for (const host of REQUESTED_HOSTS)
          assert.deepEqual(served(scene, host), expected(state, host), host);
      }
      const fresh = new CertificateScene();
      applyChanges(fresh, { routes: new Map(), secrets: new Map() }, state);
      assert.deepEqual(scene.rejections(), fresh.rejections());
      assert.deepEqual(scene.inventory.listing().certificates, fresh.inventory.listing().certificates);
      assert.equal(
        scene.table.certificates.size,
        fresh.table.certificates.size,
        'no certificate is left over',
      );
    }),
    { numRuns: 50 },
  );
});

function snapshot({ routes, secrets }: ClusterState): Pick<ClusterState, 'routes' | 'secrets'> {
  return { routes: new Map(routes), secrets: new Map(secrets) };
}

function applyChanges(
  scene: CertificateScene,
  before: Pick<ClusterState, 'routes' | 'secrets'>,
  state: ClusterState,
): void {
  scene.now = state.now;
  for (const [namespace, hosts] of state.routes) {
    if (before.routes.get(namespace) === hosts) continue;
    const object = routing(`${namespace}: ${hosts.join(' ') || 'other.host'}`);
    scene.inventory.pods({ type: 'apply', object });
  }
  for (const [namespace, { pool, day }] of state.secrets) {
    const pairs = Object.fromEntries(pool.map((at) => [`p${at}`, POOL[at] as MadeCertificate]));
    scene.inventory.tlsSecretsOf('routing-tls', {
      type: 'apply',
      object: tlsSecret(namespace, pairs, { day }),
    });
  }
  for (const namespace of before.secrets.keys()) {
    const object = tlsSecret(namespace, {});
    if (!state.secrets.has(namespace))
      scene.inventory.tlsSecretsOf('routing-tls', { type: 'delete', object });
  }
  scene.files(
    Object.fromEntries(Object.entries(state.files).map(([name, at]) => [name, POOL[at] as MadeCertificate])),
  );
  scene.publish();
  scene.answer(isTrusted);
}

function served(scene: CertificateScene, host: string): readonly number[] {
  const chains = scene.served(host);
  return chains === 'none' ? [] : chains.map((chain) => POOL.findIndex((it) => it.chain === chain));
}

interface Candidate {
  readonly at: number;
  readonly namespace: string;
  readonly day: number;
  readonly source: string;
}

function expected(state: ClusterState, host: string): number[] {
  const files = Object.entries(state.files).map(([source, at]) => ({ at, namespace: '', day: 0, source }));
  const named = files.filter(({ at }) => namesOf(at).includes(host));
  if (named.length > 0) return best(state, host, named);
  const around = files.filter(({ at }) => covers(at, host));
  const tenants = routersOf(state, host).flatMap((namespace) => {
    const { day, pool } = state.secrets.get(namespace) ?? { day: 0, pool: [] };
    return pool.map((at) => ({ at, namespace, day, source: `p${at}` }));
  });
  const fit = tenants.filter(
    ({ at }) => covers(at, host) && (around.length === 0 || isTrusted((POOL[at] as MadeCertificate).chain)),
  );
  if (fit.length > 0) return best(state, host, fit);
  if (around.length > 0) return best(state, host, around);
  return best(
    state,
    host,
    files.filter(({ source }) => source === 'default'),
  );
}

function best({ now }: ClusterState, host: string, candidates: readonly Candidate[]): number[] {
  const rank = ({ at }: Candidate) => (isValid(at, now) ? 0 : 1);
  const exact = ({ at }: Candidate) => (namesOf(at).includes(host) ? 0 : 1);
  const text = (a: string, b: string) => (a < b ? -1 : Number(a > b));
  const within = (a: Candidate, b: Candidate) =>
    rank(a) - rank(b) || exact(a) - exact(b) || text(a.source, b.source);
  const firsts = [...new Set(candidates.map(({ namespace }) => namespace))].map(
    (namespace) => candidates.filter((it) => it.namespace === namespace).sort(within)[0] as Candidate,
  );
  const [winner] = firsts.sort(
    (a, b) => rank(a) - rank(b) || a.day - b.day || text(a.namespace, b.namespace),
  );
  if (winner === undefined) return [];
  const others = candidates
    .filter(
      (it) =>
        it.namespace === winner.namespace && kindOf(it.at) !== kindOf(winner.at) && rank(it) === rank(winner),
    )
    .sort(within);
  return [winner.at, ...others.slice(0, 1).map(({ at }) => at)];
}

function routersOf({ routes }: ClusterState, host: string): string[] {
  const names = [host, ...[...host.matchAll(/\./g)].map(({ index }) => `*${host.slice(index)}`)];
  for (const name of names) {
    const found = [...routes].filter(([, hosts]) => hosts.includes(name)).map(([namespace]) => namespace);
    if (found.length > 0) return found;
  }
  return [];
}

function namesOf(at: number): string[] {
  return SPECS[at]?.[0].split(' ') ?? [];
}

function covers(at: number, host: string): boolean {
  return namesOf(at).some((name) => nameCovers(name, host));
}

function kindOf(at: number): string {
  return POOL[at]?.kind ?? '';
}

function isValid(at: number, now: number): boolean {
  const { notBefore = '', notAfter = '' } = POOL[at]?.signed ?? {};
  return Number(notBefore) <= now && now < Number(notAfter);
}
