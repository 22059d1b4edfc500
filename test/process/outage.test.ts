import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { startPodway } from './podway.ts';

interface Readiness {
  readonly ready: boolean;
  readonly notes?: readonly string[];
}

test('/readyz, /routes and the log report an outage of the API server with time and reason, and its end', async () => {
  await using api = await KubernetesApi.start();
  const kubeconfig = JSON.parse(api.kubeconfig());
  await using podway = await startPodway({ kubeconfig });
  await podway.until(200);
  const readiness = async () => {
    const { status, body } = await podway.admin('/readyz');
    assert.equal(status, 200, 'podway continues with its last state');
    return JSON.parse(body) as Readiness;
  };
  assert.deepEqual(await readiness(), { ready: true });
  const host = new URL(api.url).host;
  const why = `the API server at ${host} cannot be reached: connect ECONNREFUSED ${host}`;
  const before = new Date();
  await api.down();
  const notes = await podway.eventually(async () => {
    const found = (await readiness()).notes ?? [];
    assert.equal(found.filter((it) => it.endsWith(why)).length, 2);
    return found;
  });
  for (const [index, resource] of ['pods', 'secrets'].entries()) {
    const [, since = ''] =
      new RegExp(`^${resource} are not followed since (\\S+Z) \\(attempts: \\d+\\): `).exec(
        notes[index] ?? '',
      ) ?? [];
    assert.ok(new Date(since) >= before && new Date(since) <= new Date(), since);
  }
  const { source } = JSON.parse((await podway.admin('/routes')).body) as {
    source: {
      resources: { resource: string; up: boolean; error: string; since: string; attempts: number }[];
    };
  };
  for (const { up, error, since, attempts } of source.resources) {
    assert.deepEqual([up, error, Number.isNaN(Date.parse(since))], [false, why, false]);
    assert.ok(attempts >= 1);
  }
  await api.up();
  await podway.eventually(async () => assert.deepEqual(await readiness(), { ready: true }));
  await podway.eventually(async () => assert.match(podway.stdout, /the source is followed again/));
  const lines = podway.stdout
    .trim()
    .split('\n')
    .map((it) => JSON.parse(it) as Record<string, unknown>);
  const reported = lines.filter((it) => it['detail'] === why);
  assert.equal(reported.length, 1, 'once');
  assert.equal(reported[0]?.['level'], 'warn');
  assert.equal(lines.filter((it) => it['msg'] === 'the source is followed again').length, 1);
});
