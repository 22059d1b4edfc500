import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { chartTest, exampleFile, runProgram, type Values } from './release.ts';
import { CHART } from './written-files.ts';

interface Case {
  readonly name: string;
  readonly values?: Values;
  readonly example?: string;
  readonly says: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'behind a load balancer',
    says: [
      'kubectl -n routers rollout status deployment/edge-podway',
      "kubectl -n routers get service edge-podway -o jsonpath='{.status.loadBalancer.ingress[0]}'",
      'kubectl -n routers port-forward deployment/edge-podway 9090',
      'routingHosts: app.example.com',
    ],
  },
  {
    name: 'two routers at ports of the nodes',
    example: 'public-private.yaml',
    says: [
      'Router private',
      'Router public',
      'kubectl -n routers rollout status daemonset/edge-podway-public',
      'Its addresses are those of the nodes, port 81:',
      'kubectl -n routers get pods -o wide -l app.kubernetes.io/instance=edge,app.kubernetes.io/component=private',
      'privatePaths: 8080:/',
    ],
  },
  {
    name: 'inside the cluster',
    values: { service: { type: 'ClusterIP', port: 8000 }, config: { routableLabelSelector: 'tier=web' } },
    says: ['kubectl -n routers port-forward service/edge-podway 8080:8000', 'so that they match tier=web'],
  },
];

for (const { name, values = {}, example, says } of CASES) {
  chartTest(`the notes tell the next commands: ${name}`, async ({ helm }) => {
    const chart = ['install', 'edge', fileURLToPath(CHART), '--namespace=routers', '--dry-run=client'];
    const file = example === undefined ? [] : ['--values', exampleFile(example)];
    const input = JSON.stringify(values);
    const { code, stdout, stderr } = await runProgram(helm, [...chart, '--values', '-', ...file], input);
    assert.equal(code, 0, stderr);
    const notes = stdout.slice(stdout.indexOf('NOTES:'));
    for (const line of says) assert.ok(notes.includes(line), `${line}\n\nis not in\n\n${notes}`);
  });
}
