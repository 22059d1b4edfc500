import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createKubectl, type Kubectl, type KubectlEnd } from '../fixtures/kubectl.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { startPodway } from '../process/podway.ts';
import { routerPod } from './router-pod.ts';
import { unlessWide } from '../fixtures/wide.ts';
import { MAIN } from '../fixtures/program.ts';

/** The real kubectl, with the plugin in PATH as npm installs it: a link to the program. */
class WithPlugin {
  readonly kubectl: Kubectl;

  private constructor(kubectl: Kubectl) {
    this.kubectl = kubectl;
  }

  static async set(t: TestContext): Promise<WithPlugin | undefined> {
    const kubectl = await createKubectl(t);
    if (kubectl === undefined) return undefined;
    await mkdir(kubectl.file('lib'));
    await mkdir(kubectl.file('bin'));
    await symlink(MAIN, kubectl.file('lib/kubectl-podway'));
    const run = `#!/bin/sh\nexec '${process.execPath}' '${kubectl.file('lib/kubectl-podway')}' "$@"\n`;
    await writeFile(kubectl.file('bin/kubectl-podway'), run, { mode: 0o755 });
    return new WithPlugin(kubectl);
  }

  podway(...args: readonly string[]): Promise<KubectlEnd> {
    const path = `${this.kubectl.file('bin')}:${dirname(this.kubectl.program)}:/usr/bin:/bin`;
    return this.kubectl.end(['podway', ...args], '', { PATH: path });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kubectl[Symbol.asyncDispose]();
  }
}

test('kubectl podway routes: the real kubectl, its kubeconfig, through the API server', async (t) => {
  await using plugin = await WithPlugin.set(t);
  if (plugin === undefined) return;
  const manifests = { 'o.json': podManifest({ name: 'o1', hosts: 't.local', paths: '/shop', port: 18_999 }) };
  await using podway = await startPodway({ manifests });
  await podway.until(200);
  const { api } = plugin.kubectl;
  api.apply(routerPod('edge-1', podway.address, { operatorPort: String(podway.operatorPort) }));
  const routes = await plugin.podway('routes');
  assert.equal(routes.code, 0, routes.stderr);
  assert.match(routes.stdout.toString(), /^t\.local +\/shop +1\/1 /m);
  assert.ok(api.requests.some(({ path }) => path.endsWith('/pods/edge-1/portforward')));
  const explained = await plugin.podway('explain', '-n', 'podway', '-o', 'json', 'http://t.local/shop');
  assert.equal(explained.code, 0, explained.stderr);
  assert.equal(JSON.parse(explained.stdout.toString()).outcome.kind, 'forward');
  const refused = await plugin.podway('explain', 'http://nobody.local/');
  assert.deepEqual([refused.code, /unknown-host/.test(refused.stdout.toString())], [1, true]);
});

test('kubectl podway: every command, and help with its name', { skip: unlessWide }, async (t) => {
  await using plugin = await WithPlugin.set(t);
  if (plugin === undefined) return;
  const help = await plugin.podway('--help');
  assert.match(help.stdout.toString(), /^kubectl podway COMMAND /m);
  assert.doesNotMatch(help.stdout.toString(), /^podway COMMAND /m);
  assert.match((await plugin.podway('routes', '-h')).stdout.toString(), /^kubectl podway routes \[flags\]/);
  const checked = await plugin.podway('check', '--live');
  assert.equal(checked.code, 0, checked.stderr);
  assert.match(checked.stdout.toString(), /^0 routes/m);
  assert.equal((await plugin.podway('nonsense')).code, 2);
});
