/** check reads the output of helm from stdin, with the namespace of the release. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { kubernetesTools } from '../fixtures/kubernetes-tools.ts';
import { folderOf, runCheck } from './checking.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
spec:
  replicas: {{ .Values.replicas }}
  template:
    metadata:
      labels:
        routable: "true"
      annotations:
        routingHosts: {{ .Values.host }}
        routingPaths: 3000:/
    spec:
      containers:
        - name: web
          ports:
            - containerPort: 3000
`;

test('helm template is piped into check', async (t) => {
  const tools = await kubernetesTools();
  if (typeof tools === 'string') return t.skip(tools);
  await using chart = await folderOf({
    'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
    'values.yaml': 'replicas: 3\nhost: a.local\n',
    'templates/web.yaml': DEPLOYMENT,
    'templates/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n',
    'templates/NOTES.txt': 'installed',
  });
  const { stdout: stdin } = await promisify(execFile)(tools.helm, ['template', 'shop', chart.path]);
  const { code, stdout } = await runCheck({ stdin, args: ['-n', 'prod'] });
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `workload: Deployment prod/shop-web: 3 pods
a.local/
  Deployment prod/shop-web: port 3000, 3 ready
note: ignored, because podway reads no routes from them: 1 Service
1 route, 0 conflicts, 0 rejections, 0 problems, 0 findings
`,
  );
});
