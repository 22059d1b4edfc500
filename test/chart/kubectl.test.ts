import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { startDiscovery } from './discovery.ts';
import { chartTest, helmTemplate, exampleFile, manifests, runProgram } from './release.ts';
import { CHART } from './written-files.ts';

const EVERYTHING = {
  autoscaling: { enabled: true },
  networkPolicy: { enabled: true },
  metrics: {
    podMonitor: { enabled: true },
    serviceMonitor: { enabled: true },
    prometheusRule: { enabled: true },
    dashboard: { enabled: true },
  },
};

const RELEASES = new Map<string, string | undefined>([
  ['everything', undefined],
  ...readdirSync(new URL('examples/', CHART)).map((file) => [file, exampleFile(file)] as const),
]);

for (const [name, file] of RELEASES) {
  chartTest(`kubectl takes every object of the release: ${name}`, async (tools) => {
    const values = file === undefined ? EVERYTHING : {};
    const { stdout } = await helmTemplate(tools, values, ...(file === undefined ? [] : ['--values', file]));
    const objects = manifests(stdout);
    await using api = await startDiscovery();
    // Without validation: it would need the OpenAPI document of a real server. Fields and types are checked elsewhere.
    const create = ['create', '--dry-run=client', '--validate=false', '--output=name', '--filename=-'];
    const created = await runProgram(
      tools.kubectl,
      ['--kubeconfig=/dev/null', '--server', api.url, ...create],
      stdout,
    );
    assert.equal(created.code, 0, created.stderr);
    assert.equal(created.stdout.trim().split('\n').length, objects.length);

    // kubectl reads the workload with its own types, and prints the environment it found.
    const workload = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'DaemonSet');
    const listing = ['set', 'env', '--local', '--list', '--filename=-'];
    const listed = await runProgram(
      tools.kubectl,
      listing,
      workload.map((it) => JSON.stringify(it)).join('\n'),
    );
    assert.equal(listed.code, 0, listed.stderr);
    assert.match(listed.stdout, /^API_KEY_SECRET_LOCATION=routing:/m);
  });
}
