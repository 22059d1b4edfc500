import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { KubeConfig } from '../../src/cluster/api/kubeconfig/client-node.ts';
import { systemClock } from '../../src/cluster/clock.ts';
import { defaultKubeConfig, isServiceAccount, namespaceOf } from '../../src/cluster/api/kubeconfig.ts';
import { KINDS } from '../../src/cluster/kinds.ts';
import { kubernetesSource } from '../../src/cluster/kubernetes.ts';
import { claimOptions } from '../../src/control/claim-options.ts';
import { loadConfig } from '../../src/config/load.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';

/** The mounted files of a pod in a cluster, as podway reads them. */
async function serviceAccount(): Promise<KubeConfig> {
  const folder = await mkdtemp(join(tmpdir(), 'podway-account-'));
  for (const name of ['token', 'ca.crt', 'namespace']) await writeFile(join(folder, name), name);
  const env = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
  try {
    return defaultKubeConfig(env, { serviceAccount: folder });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const SCOPE = {
  namespace: undefined,
  labelSelector: 'routable=true',
  secretName: 'routing',
  secretField: 'api-key',
  tlsSecrets: [],
  annotations: { hosts: 'h', paths: 'p', options: 'o' },
};

test('podway distinguishes a service account from a kubeconfig, which determines the refused addresses', async () => {
  await using api = await KubernetesApi.start();
  const file = new KubeConfig();
  file.loadFromString(api.kubeconfig());
  const account = await serviceAccount();
  assert.equal(namespaceOf(account), 'namespace');
  const found = [account, file].map((config) => {
    const options = { load: () => config, timeout: 1, idleTimeout: 1 };
    const source = kubernetesSource({ kinds: KINDS, scope: SCOPE }, systemClock, options);
    return [isServiceAccount(config), source.inCluster];
  });
  assert.deepEqual(found, [
    [true, true],
    [false, false],
  ]);
});

test('POD_ADDRESSES=auto is cluster with a service account, else any', () => {
  const refuses = (value: string, inCluster: boolean) => {
    const loaded = loadConfig({ POD_ADDRESSES: value });
    assert.ok('config' in loaded);
    const machine = {
      cores: 1,
      memory: 2 ** 30,
      openFiles: 1_024,
      sharesPorts: true,
      addresses: ['10.0.0.7'],
    };
    const { cluster, own } = claimOptions(loaded.config, machine, inCluster).addressRules;
    assert.deepEqual(own, { addresses: ['10.0.0.7'], ports: [80, 9090, 9909] });
    return cluster;
  };
  const table = ['auto', 'cluster', 'any'].map((value) => [refuses(value, true), refuses(value, false)]);
  assert.deepEqual(table, [
    [true, false],
    [true, true],
    [false, false],
  ]);
});
