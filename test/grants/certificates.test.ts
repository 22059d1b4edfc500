import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '../inventory/cluster.ts';
import { certificateFor, NOW, tlsSecret } from '../inventory/certificate-scene.ts';
import { enforcing, listAll, podFor } from './grant-scene.ts';

const wildcard = await certificateFor('*.x.org');
const exact = await certificateFor('b.x.org');

function served(cluster: Cluster, host: string): readonly string[] | 'none' {
  cluster.publish(NOW);
  return cluster.table.certificates.lookup(host)?.certificates.map(({ chain }) => chain) ?? 'none';
}

function secret(cluster: Cluster, namespace: string, certificate: typeof exact): void {
  const object = tlsSecret(namespace, certificate);
  cluster.inventory.tlsSecretsOf(object.name, { type: 'apply', object });
}

test('the certificate of a wildcard is not served for a host below it that another namespace holds', () => {
  const cluster = listAll(enforcing({ tlsSecrets: ['routing-tls'] }), { a: '*.x.org', b: 'b.x.org' }, [
    podFor('a', '*.x.org'),
  ]);
  secret(cluster, 'a', wildcard);
  assert.deepEqual(served(cluster, 'a.x.org'), [wildcard.chain]);
  assert.equal(served(cluster, 'b.x.org'), 'none');
  secret(cluster, 'b', exact);
  assert.deepEqual(served(cluster, 'b.x.org'), [exact.chain]);
});

test('a certificate for a host that the namespace declares but does not hold is not served', () => {
  const cluster = listAll(enforcing({ tlsSecrets: ['routing-tls'] }), { a: '*.x.org', b: '' }, [
    podFor('a', '*.x.org'),
    podFor('b', 'b.x.org'),
  ]);
  secret(cluster, 'a', wildcard);
  secret(cluster, 'b', exact);
  assert.deepEqual(served(cluster, 'b.x.org'), [wildcard.chain]);
});
