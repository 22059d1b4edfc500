import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANY_HOST, type CertificateRecord } from '../../src/boundary/certificates.ts';
import type { RouteDelta } from '../../src/boundary/delta.ts';
import { partsOf } from '../../src/inventory/delta-parts.ts';
import type { ServedCertificates } from '../../src/routing/certificates.ts';
import { routeTable } from '../fixtures/route-table.ts';
import { delta, recordsOf } from '../fixtures/table-delta.ts';

function certificate(id: string, ...names: readonly string[]): CertificateRecord {
  return { id, chain: `chain of ${id}`, key: `key of ${id}`, names, notBefore: 0, notAfter: 1 };
}

const ofHost = (host: string, ...certificates: readonly string[]) => ({ host, certificates });

const ALL: Partial<RouteDelta> = {
  certificates: ['ecdsa', 'rsa', 'wildcard', 'other'].map((id) => certificate(id)),
  hostCertificates: [
    ofHost('a.x', 'ecdsa', 'rsa'),
    ofHost('*.x', 'wildcard'),
    ofHost('none.x'),
    ofHost(ANY_HOST, 'other'),
  ],
};

const idsOf = (found: ServedCertificates | undefined) => found?.certificates.map(({ id }) => id);
const served = (table: ReturnType<typeof routeTable>, host: string | undefined) =>
  idsOf(table.certificates.lookup(host));

const LOOKUPS = [
  { name: 'the host itself', host: 'a.x', ids: ['ecdsa', 'rsa'] },
  { name: 'a wildcard of one label', host: 'b.x', ids: ['wildcard'] },
  { name: 'two labels below the name of a wildcard', host: 'b.c.x', ids: ['other'] },
  { name: 'the name after the star of a wildcard', host: 'x', ids: ['other'] },
  { name: 'a host without its own certificate', host: 'none.x', ids: ['other'] },
  { name: 'an unknown host', host: 'a.y', ids: ['other'] },
  { name: 'an address', host: '10.0.0.1', ids: ['other'] },
  { name: 'an IPv6 address', host: '[::1]', ids: ['other'] },
  { name: 'no host', host: undefined, ids: ['other'] },
  { name: 'the star', host: '*', ids: ['other'] },
] as const;

for (const { name, host, ids } of LOOKUPS) {
  test(`certificates of ${name}`, () => {
    const table = routeTable();
    table.apply(delta(ALL));
    assert.deepEqual(served(table, host), ids);
    table.apply(delta({ hostCertificatesGone: [ANY_HOST] }));
    const left = ids.some((id) => id === 'other') ? undefined : ids;
    assert.deepEqual(served(table, host), left, 'without a default');
  });
}

test('a change takes effect in one step, with its routes, in any order of its parts', () => {
  const table = routeTable();
  table.apply(delta({ ...ALL, reset: true }));
  const routes = recordsOf(['b.x', 'c.x'].map((host) => ({ host, path: '/', endpoints: [] })));
  const change = delta({
    ...routes,
    certificates: [certificate('new')],
    hostCertificates: [ofHost('b.x', 'new'), ofHost('c.x', 'new'), ofHost('a.x', 'new')],
    hostCertificatesGone: ['none.x'],
    certificatesGone: ['ecdsa', 'rsa'],
  });
  const parts = [...partsOf(change, 1)];
  assert.ok(parts.length > 5, `${parts.length} parts`);
  for (const { delta: part, more } of parts) {
    assert.deepEqual(served(table, 'b.x'), ['wildcard']);
    assert.deepEqual(served(table, 'none.x'), ['other']);
    assert.equal(table.host('b.x'), undefined);
    table.apply(structuredClone(part), more);
  }
  assert.deepEqual(served(table, 'b.x'), ['new']);
  assert.deepEqual(served(table, 'none.x'), ['wildcard']);
  assert.equal(table.host('b.x')?.size, 1);
  assert.equal(table.certificates.size, 3);
  assert.equal(
    table.certificates.lookup('b.x'),
    table.certificates.lookup('c.x'),
    'hosts with the same certificate share one context',
  );
});

test('a whole table replaces all certificates', () => {
  const table = routeTable();
  table.apply(delta(ALL));
  table.apply(
    delta({ reset: true, certificates: [certificate('new')], hostCertificates: [ofHost('c.x', 'new')] }),
  );
  assert.deepEqual(served(table, 'c.x'), ['new']);
  assert.deepEqual(served(table, 'a.x'), undefined);
  assert.equal(table.certificates.size, 1);
});

test('the certificate of a connection does not change', () => {
  const table = routeTable();
  table.apply(delta(ALL));
  const before = table.certificates.lookup('a.x');
  table.apply(delta({ hostCertificates: [ofHost('a.x', 'rsa')], certificatesGone: ['ecdsa'] }));
  assert.deepEqual(idsOf(before), ['ecdsa', 'rsa']);
  assert.notEqual(table.certificates.lookup('a.x'), before);
  table.apply(
    delta({ certificates: [certificate('ecdsa')], hostCertificates: [ofHost('a.x', 'ecdsa', 'rsa')] }),
  );
  assert.equal(table.certificates.lookup('a.x')?.id, before?.id);
});

const COVERED = [
  { names: ['a.x'], host: 'a.x', covers: true },
  { names: ['b.x', 'a.x'], host: 'a.x', covers: true },
  { names: ['*.x'], host: 'a.x', covers: true },
  { names: ['*.x'], host: 'x', covers: false },
  { names: ['*.x'], host: 'a.b.x', covers: false },
  { names: ['*.0.0.1'], host: '10.0.0.1', covers: false },
  { names: ['10.0.0.1'], host: '10.0.0.1', covers: true },
  { names: ['[::1]'], host: '[::1]', covers: true },
  { names: [], host: 'a.x', covers: false },
] as const;

for (const { names, host, covers } of COVERED) {
  test(`a certificate for ${names.join(' ') || 'no name'} ${covers ? 'covers' : 'does not cover'} ${host}`, () => {
    const table = routeTable();
    const certificates = [certificate('a', ...names), certificate('b', ...names, 'z.z')];
    table.apply(delta({ certificates, hostCertificates: [ofHost(ANY_HOST, 'a', 'b')] }));
    assert.equal(table.certificates.lookup(undefined)?.covers(host), covers);
    assert.equal(
      table.certificates.lookup(undefined)?.covers('z.z'),
      false,
      'only one of the two covers the host',
    );
  });
}
