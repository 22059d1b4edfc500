import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podManifest } from '../fixtures/manifest.ts';
import { type Podway, startPodway } from '../process/podway.ts';
import { PluginScene } from './plugin-scene.ts';

/** A router with an operator listener that a port-forward to its pod reaches. */
async function router(): Promise<Podway> {
  const podway = await startPodway({
    manifests: { 'o1.json': podManifest({ name: 'o1', hosts: 't.local', paths: '/shop', port: 18_999 }) },
  });
  await podway.until(200);
  await podway.eventually(() => podway.operator('/routes'));
  return podway;
}

const portOf = ({ operatorPort }: Podway) => ({ operatorPort: String(operatorPort) });

test('the plugin and routers through the API server', async (t) => {
  await using one = await router();
  await using two = await router();

  await t.test(
    'a ready pod of the router is found by its labels, and queried through the API server',
    async () => {
      await using scene = await PluginScene.set();
      scene.router('edge-1', '127.0.0.9', { condition: 'unready' });
      scene.router('edge-2', one.address, portOf(one));
      const { code, stdout, stderr } = await scene.run('routes');
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^t\.local +\/shop +1\/1 +default$/m);
      assert.match(stdout, /^1 route, revision 1, pod podway\/edge-2$/m);
      assert.deepEqual(
        scene.api.requests.map(({ verb, path }) => `${verb} ${path}`),
        ['list /api/v1/pods', 'get /api/v1/namespaces/podway/pods/edge-2/portforward'],
      );
      assert.equal((await scene.run('explain', 't.local/shop')).code, 0);
      assert.equal((await scene.run('routes', '-n', 'other')).code, 2);
    },
  );

  await t.test(
    'a replica that cannot be reached is skipped; the port is that of its settings, or of --port',
    async () => {
      await using scene = await PluginScene.set();
      scene.router('edge-1', '127.0.0.9', portOf(one));
      scene.router('edge-2', one.address);
      const refused = await scene.run('routes');
      assert.equal(refused.code, 2);
      assert.match(refused.stderr, /pod podway\/edge-2: .*connection refused.*--port/);
      const { code, stdout, stderr } = await scene.run('routes', '--port', String(one.operatorPort));
      assert.equal(code, 0, stderr);
      assert.match(stdout, /pod podway\/edge-2$/m);
      scene.router('edge-1', '127.0.0.9', { operatorPort: 'none' });
      scene.router('edge-2', one.address, { operatorPort: 'none' });
      assert.match((await scene.run('routes')).stderr, /has no operator listener \(OPERATOR_PORT=none\)/);
    },
  );

  await t.test(
    'answers of all replicas are merged, the newest first, and an id is found at the replica that remembers it',
    async () => {
      await using scene = await PluginScene.set();
      scene.router('edge-1', one.address, portOf(one));
      scene.router('edge-2', two.address, portOf(two));
      await one.get('/first');
      const second = await two.get('/second');
      await one.get('/third');
      const { code, stdout, stderr } = await scene.run('answers', '--status', '404');
      assert.equal(code, 0, stderr);
      const lines = stdout.trimEnd().split('\n').slice(1);
      assert.deepEqual(
        lines.map((line) => line.match(/t\.local(\S+).*(edge-\d)$/)?.slice(1)),
        [
          ['/third', 'edge-1'],
          ['/second', 'edge-2'],
          ['/first', 'edge-1'],
        ],
      );
      const limited = await scene.run('answers', '--limit', '1', '-o', 'json');
      assert.deepEqual(
        JSON.parse(limited.stdout).answers.map((it: { path: string; router: string }) => [
          it.path,
          it.router,
        ]),
        [['/third', 'pod podway/edge-1']],
      );
      const id = String(second.headers['x-request-id']);
      assert.match((await scene.run('explain', '--id', id)).stdout, /t\.local\/second/);
      assert.equal((await scene.run('explain', '--id', 'nobody')).code, 1);
      const none = await scene.run('answers', '--status', '5xx', '--host', 't.local');
      assert.deepEqual(
        [none.code, none.stdout, none.stderr],
        [
          0,
          '',
          'podway answers: no router remembers an answer of its own with host t.local and status 5xx\n',
        ],
      );
      scene.router('edge-2', '127.0.0.9', portOf(one));
      const partly = await scene.run('answers');
      assert.deepEqual(
        [partly.code, /edge-2: /.test(partly.stderr), /third/.test(partly.stdout)],
        [0, true, true],
      );
      // The replica that cannot be reached might remember this id.
      assert.equal((await scene.run('explain', '--id', 'nobody')).code, 2);
    },
  );

  await t.test(
    'tail follows all replicas, resumes after a break at the same place, and finds new replicas',
    async () => {
      await using scene = await PluginScene.set();
      scene.router('edge-1', one.address, portOf(one));
      const tail = scene.start('tail');
      await tail.until(/^TIME .*ROUTER$/m);
      await scene.api.untilStreaming('pods/portforward');
      await one.get('/before');
      await tail.until(/t\.local\/before .*pod podway\/edge-1$/m);
      scene.router('edge-2', two.address, portOf(two));
      await scene.api.down();
      await one.get('/meanwhile');
      await scene.api.up();
      await tail.until(/t\.local\/meanwhile /);
      await scene.api.untilRequested(({ path }) => path.endsWith('/edge-2/portforward'));
      for (let at = 0; !tail.stdout.includes('edge-2'); at++) {
        await two.get(`/after/${at}`);
        await Promise.race([tail.until(/edge-2$/m), new Promise((resolve) => setTimeout(resolve, 200))]);
      }
      const { code, stdout, stderr } = await tail.interrupt();
      assert.equal(code, 130);
      assert.equal(stdout.match(/\/before /g)?.length, 1);
      assert.equal(stdout.match(/\/meanwhile /g)?.length, 1);
      assert.match(stderr, /podway tries again/);
    },
  );

  await t.test(
    'users without the right to list all pods get those of the namespace podway, and a hint that names the right',
    async () => {
      const inNamespace = { verbs: ['*'], namespace: 'podway' } as const;
      await using scene = await PluginScene.set({
        rules: [
          { ...inNamespace, resources: ['pods'] },
          { ...inNamespace, resources: ['pods/portforward'] },
        ],
      });
      scene.router('edge-1', one.address, portOf(one));
      assert.equal((await scene.run('routes')).code, 0);
      const all = await scene.run('routes', '-A');
      assert.equal(all.code, 2);
      assert.match(
        all.stderr,
        /grant apiGroups \[""\], resources \["pods"\], verbs \["list"\] in a ClusterRole/,
      );
      scene.api.rules = [{ verbs: ['list'], resources: ['pods'] }];
      const forward = await scene.run('routes');
      assert.match(
        forward.stderr,
        /resources \["pods\/portforward"\], verbs \["get", "create"\] in a Role in namespace podway/,
      );
      scene.api.rules = [];
      const nothing = await scene.run('tail');
      assert.equal(nothing.code, 2);
      assert.match(nothing.stderr, /resources \["pods"\], verbs \["list"\] in a Role in namespace podway/);
    },
  );

  await t.test(
    'a pod of another namespace is not used as a router, even with the same labels (EX-12)',
    async () => {
      await using scene = await PluginScene.set();
      scene.router('edge-1', one.address, portOf(one));
      scene.router('trap', '127.0.0.9', { namespace: 'tenant', ...portOf(one) });
      const { code, stderr } = await scene.run('routes');
      assert.equal(code, 2);
      assert.match(stderr, /pods of several namespaces .* choose one with -n: podway \| tenant$/m);
      assert.deepEqual(
        scene.api.requests.map(({ verb }) => verb),
        ['list'],
      );
      assert.equal((await scene.run('routes', '-n', 'podway')).code, 0);
      const header = ['-H', 'Cookie: a=b'];
      assert.match(
        (await scene.run('explain', 't.local/', ...header)).stderr,
        /expected -n with a key, a cookie/,
      );
      assert.match(
        (await scene.run('routes', '--token-file', '/dev/null')).stderr,
        /expected -n with a token/,
      );
      scene.router('other', one.address, {
        labels: { 'app.kubernetes.io/component': 'internal' },
        ...portOf(one),
      });
      const two = await scene.run('routes', '-n', 'podway');
      assert.match(two.stderr, /several routers .* choose one with -l: .*component=internal \| /);
      assert.equal((await scene.run('answers', '-n', 'podway')).code, 0);
    },
  );
});
