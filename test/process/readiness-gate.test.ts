/** Pods with the readiness gate of podway (READINESS_GATE): which condition they get, and when. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { GATE, gatedManifest } from '../fixtures/gated-pod.ts';
import { Origin, ok } from '../fixtures/origin.ts';
import { samplesOf } from '../telemetry/exposition.ts';
import { type Podway, startPodway } from './podway.ts';
import { unlessWide } from '../fixtures/wide.ts';

const ENV = { READINESS_GATE: GATE, READINESS_GATES_PER_SECOND: '1000' };

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

const gated = (name: string, hosts: string, port = 8080, paths = '/') =>
  gatedManifest({ name, namespace: 'shop', hosts, paths, port });

async function podOf(api: KubernetesApi, name: string) {
  const answer = await fetch(`${api.url}/api/v1/namespaces/shop/pods/${name}`);
  return (await answer.json()) as { metadata: { uid: string }; status: { conditions: Condition[] } };
}

async function gateOf(api: KubernetesApi, name: string): Promise<Condition | undefined> {
  const { status } = await podOf(api, name);
  return status.conditions.find(({ type }) => type === GATE);
}

function conditionIs(podway: Podway, api: KubernetesApi, name: string, status: string, message: RegExp) {
  return podway.eventually(async () => {
    const gate = await gateOf(api, name);
    assert.equal(gate?.status, status);
    assert.match(gate?.message ?? '', message);
  });
}

const patches = (api: KubernetesApi) => api.requests.filter(({ verb }) => verb === 'patch');

test('podway writes the condition of pods with its gate', async (t) => {
  await using api = await KubernetesApi.start();
  const origin = await Origin.start('o1');
  t.after(() => origin.close());
  origin.answer = [ok('here')];
  const kubeconfig = JSON.parse(api.kubeconfig());
  await using podway = await startPodway({ kubeconfig, env: ENV });

  await t.test(
    'a pod whose only closed gate is that of podway is routed, and gets the condition (RG-01)',
    async () => {
      api.apply(gated('web', 't.local', origin.port));
      await podway.until(200);
      await conditionIs(podway, api, 'web', 'True', /^every worker of podway routes/);
      assert.equal((await podway.get('/')).body, 'here');
      const { conditions } = (await podOf(api, 'web')).status;
      assert.deepEqual(
        conditions.map(({ type, status, reason = '' }) => [type, status, reason]),
        [
          ['ContainersReady', 'True', ''],
          ['Ready', 'False', 'ReadinessGatesNotReady'],
          [GATE, 'True', 'Routed'],
        ],
      );
      const [patch] = patches(api);
      assert.equal(patch?.path, '/api/v1/namespaces/shop/pods/web/status');
      await podway.eventually(async () => {
        const samples = samplesOf((await podway.admin('/metrics')).body);
        assert.equal(samples.get('podway_readiness_gates{state="open"}'), 1);
        assert.equal(samples.get('podway_readiness_gate_patches_total{outcome="written"}'), 1);
      });
    },
  );

  await t.test(
    'the condition of a pod with a rejected annotation names the annotation and the reason, and becomes True after the correction',
    async () => {
      api.apply(gated('wrong', 'w.local', 8080, '8080:/ 9999:/admin'));
      const refused = /^9999:\/admin: refused \(port-not-declared\); expected a TCP/;
      await conditionIs(podway, api, 'wrong', 'False', refused);
      api.apply({ ...gated('wrong', 'w.local'), status: (await podOf(api, 'wrong')).status });
      await conditionIs(podway, api, 'wrong', 'True', /^every worker/);
    },
  );

  await t.test('the condition of a pod without declarations names the missing annotations', async () => {
    const { metadata, ...pod } = gated('bare', '');
    api.apply({ ...pod, metadata: { ...metadata, annotations: {} } });
    await conditionIs(podway, api, 'bare', 'False', /expected both the hosts and the paths annotation/);
  });

  await t.test(
    'a True condition is never revoked, regardless of what happens to podway and the pod (RG-04)',
    async () => {
      podway.kill('SIGKILL');
      await podway.ended;
      const { status } = await podOf(api, 'web');
      const written = () => patches(api).filter(({ path }) => path.includes('/pods/web/')).length;
      const before = written();
      api.apply({ ...gated('web', 'bad_host'), status });
      api.apply(gated('next', 'n.local'));
      await using other = await startPodway({ kubeconfig, env: ENV });
      // podway has handled both pods when the waiting one has its condition.
      await conditionIs(other, api, 'next', 'True', /./);
      assert.equal((await gateOf(api, 'web'))?.status, 'True');
      assert.equal(written(), before);
    },
  );
});

test('without the permission to patch, only the condition is missing, and podway reports that once (RG-02)', async () => {
  const rules = [{ resources: ['pods', 'secrets'], verbs: ['get', 'list', 'watch'] } as const];
  await using api = await KubernetesApi.start({ rules });
  const origin = await Origin.start('o1');
  origin.answer = [ok('here')];
  try {
    for (const name of ['a', 'b', 'c']) api.apply(gated(name, 't.local', origin.port));
    const kubeconfig = JSON.parse(api.kubeconfig());
    await using podway = await startPodway({ kubeconfig, env: ENV });
    await podway.until(200);
    await api.untilRequested(({ verb }) => verb === 'patch', 3);
    assert.equal((await podway.get('/')).body, 'here');
    await podway.eventually(async () => {
      const reported = podway.stdout.match(/grant apiGroups [^"]*"[^\n]*pods\/status[^\n]*/g) ?? [];
      assert.equal(reported.length, 1, podway.stdout);
      assert.match(reported[0] ?? '', /patch/);
    });
    assert.equal((await gateOf(api, 'a'))?.status, undefined);
  } finally {
    await origin.close();
  }
});

const GATES = 150;

test(`two replicas open ${GATES} gates, and patch almost no pod twice`, { skip: unlessWide }, async (t) => {
  await using api = await KubernetesApi.start();
  const kubeconfig = JSON.parse(api.kubeconfig());
  const env = { READINESS_GATE: GATE };
  await using one = await startPodway({ kubeconfig, env });
  await using other = await startPodway({ kubeconfig, env });
  await Promise.all([one.until(200), other.until(200)]);
  const names = Array.from({ length: GATES }, (_, at) => `web-${at}`);
  const began = performance.now();
  for (const name of names) api.apply(gated(name, 't.local'));
  const answered = await one.eventually(async () => {
    const answer = await fetch(`${api.url}/api/v1/pods`);
    const { items } = (await answer.json()) as { items: { status: { conditions: Condition[] } }[] };
    const open = items.filter(({ status }) =>
      status.conditions.some((it) => it.type === GATE && it.status === 'True'),
    );
    assert.equal(open.length, names.length);
    return open.length;
  });
  t.diagnostic(
    `${answered} pods in ${Math.round(performance.now() - began)} ms, ${patches(api).length} patches`,
  );
  assert.ok(patches(api).length <= 2 * names.length);
});
