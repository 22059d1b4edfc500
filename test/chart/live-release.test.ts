import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubernetesTools } from '../fixtures/kubernetes-tools.ts';
import { KeepingApi } from './keeping-api.ts';
import { chartTest, type Outcome, runProgram, type Values } from './release.ts';
import { CHART } from './written-files.ts';
import { sampleOf } from '../fixtures/wide.ts';

// Real Helm installs and upgrades by both of its methods: server-side apply, and the merge patch of Helm 3.

/** A release `edge` on a server that stores it. */
class Live {
  readonly api: KeepingApi;
  readonly #helm: string;
  readonly #folder: string;
  readonly #way: string;

  private constructor(api: KeepingApi, helm: string, folder: string, way: string) {
    this.api = api;
    this.#helm = helm;
    this.#folder = folder;
    this.#way = way;
  }

  static async start({ helm }: KubernetesTools, way: string): Promise<Live> {
    const api = await KeepingApi.start();
    const folder = await mkdtemp(join(tmpdir(), 'podway-helm-'));
    const kubeconfig = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: api.url } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    await writeFile(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig));
    return new Live(api, helm, folder, way);
  }

  async run(verb: 'install' | 'upgrade', values: Values, ...more: readonly string[]): Promise<Outcome> {
    const args = [
      verb,
      'edge',
      fileURLToPath(CHART),
      '--namespace=routers',
      '--values=-',
      this.#way,
      ...more,
    ];
    const cluster = ['--kubeconfig', join(this.#folder, 'kubeconfig')];
    // Without any values an upgrade would keep those of the last revision.
    if (verb === 'upgrade') args.push('--reset-values');
    return runProgram(this.#helm, [...args, ...cluster], JSON.stringify(values));
  }

  async succeeds(verb: 'install' | 'upgrade', values: Values, ...more: readonly string[]): Promise<void> {
    const { code, stderr } = await this.run(verb, values, ...more);
    assert.equal(code, 0, stderr);
  }

  get deployment() {
    const [found, ...others] = this.api.objects('Deployment');
    assert.ok(found && others.length === 0);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true });
  }
}

const SCALED = { autoscaling: { enabled: true, minReplicas: 3 } };

for (const way of sampleOf(['--server-side=true', '--server-side=false'], 1)) {
  chartTest(`autoscaling is switched on and off without passing through one pod (${way})`, async (tools) => {
    await using live = await Live.start(tools, way);
    await live.succeeds('install', { replicas: 4 });
    await live.succeeds('upgrade', SCALED);
    assert.deepEqual(live.api.replicas('edge-podway'), [4]);
    live.api.scale('edge-podway', 7);
    await live.succeeds('upgrade', { ...SCALED, podLabels: { note: 'x' } });
    assert.deepEqual(live.api.replicas('edge-podway'), [4, 7]);
    // The autoscaler owns the number of pods; see the README.
    const force = way === '--server-side=true' ? ['--force-conflicts'] : [];
    await live.succeeds('upgrade', { replicas: 5 }, ...force);
    assert.deepEqual(live.api.replicas('edge-podway'), [4, 7, 5]);
  });

  chartTest(`a live release changes to Recreate and back (${way})`, async (tools) => {
    await using live = await Live.start(tools, way);
    await live.succeeds('install', {});
    const rolling = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } };
    assert.deepEqual(live.deployment.spec?.['strategy'], rolling);
    await live.succeeds('upgrade', { updateStrategy: { type: 'Recreate' } });
    assert.deepEqual(live.deployment.spec?.['strategy'], { type: 'Recreate' });
    await live.succeeds('upgrade', {});
    assert.deepEqual(live.deployment.spec?.['strategy'], rolling);
  });
}

chartTest(
  'fewer pods than the minimum of the autoscaler are raised in one step, and zero pods stay zero',
  async (tools) => {
    await using live = await Live.start(tools, '--server-side=true');
    await live.succeeds('install', { replicas: 1 });
    await live.succeeds('upgrade', SCALED);
    assert.deepEqual(live.api.replicas('edge-podway'), [1, 3]);
    live.api.scale('edge-podway', 0);
    await live.succeeds('upgrade', { ...SCALED, podLabels: { note: 'x' } });
    assert.deepEqual(live.api.replicas('edge-podway'), [1, 3, 0]);
  },
);
