import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { listens, ROOT } from './demo-process.ts';
import { eventually, type StandIn, startStandIn } from './stand-in-process.ts';

const KEY = Buffer.from('replace-this-key').toString('base64');

/** The results that the comments of the examples promise, checked with curl. */
const EXPECTED_ANSWERS: Readonly<Record<string, (standIn: StandIn) => Promise<void>>> = {
  'hello.yaml': async (standIn) => {
    await standIn.routed(/^200 hello/, 'hello.example.com', '/');
  },
  'shop.yaml': async (standIn) => {
    await standIn.routed(/^200 web-\w+-\w+:3000 saw GET \/cart for shop/, 'shop.example.com', '/cart');
    await standIn.routed(/^200 web-\w+-\w+:3001 saw GET \/admin /, 'www.shop.example.com', '/admin');
    await standIn.routed(/^200 api-\w+-\w+:8080 saw GET \/api\/1 /, 'shop.example.com', '/api/1');
    await standIn.routed(/^200 api-\w+-\w+:8080 /, 'eu.api.example.com', '/api');
  },
  'keyed-namespace.yaml': async (standIn) => {
    await standIn.routed(/^403 /, 'reports.example.com', '/');
    await standIn.routed(/^200 reports-/, 'reports.example.com', '/', '-H', `X-ROUTING-API-KEY: ${KEY}`);
  },
  'nodejs-k8s-env.yaml': async (standIn) => {
    await standIn.routed(/"HOSTNAME": "nodejs-k8s-env-\w+-\w+"[^]*"ips"/, 'test.k8s.local', '/nodejs');
    assert.match(await standIn.curl('test.k8s.local', '/nodejs'), /"PORT": "3000"/);
    await standIn.kubectl('scale --replicas=3 deployment/nodejs-k8s-env');
    await eventually(async () => assert.equal((await authors(standIn, 6)).size, 3));
  },
  'streams.yaml': async (standIn) => {
    await standIn.routed(/^200 ask for \/events/, 'streams.example.com', '/');
    const events = standIn.curl('streams.example.com', '/events', '-N', '--max-time', '2');
    assert.match(await events, /id: 1\ndata: \d{4}-/);
  },
  'cert-manager/dns01.yaml': async (standIn) => {
    assert.match(
      await standIn.kubectl('get certificates -A -o name'),
      /certificate\.cert-manager\.io\/shop\n/,
    );
  },
  'cert-manager/http01.yaml': async (standIn) => {
    assert.match(await standIn.kubectl('-n shop get issuers -o name'), /letsencrypt-shop\n/);
  },
};

async function authors(standIn: StandIn, requests: number): Promise<Set<string>> {
  const answers: string[] = [];
  for (let turn = 0; turn < requests; turn += 1)
    answers.push(await standIn.curl('test.k8s.local', '/nodejs'));
  return new Set(answers.map((answer) => /"HOSTNAME": "(.+)"/.exec(answer)?.[1] ?? 'none'));
}

const FOLDER = join(ROOT, 'examples');
const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((it) => it.endsWith('.yaml'));

test('every example of examples/ is applied, routes what it promises, and is deleted completely', async (t) => {
  await using standIn = await startStandIn(t);
  if (standIn === undefined) return;
  assert.deepEqual(Object.keys(EXPECTED_ANSWERS).toSorted(), files.toSorted());
  for (const [file, keeps] of Object.entries(EXPECTED_ANSWERS)) {
    await t.test(file, async () => {
      assert.match(await standIn.kubectl(`apply -f examples/${file}`), /created|configured/);
      // `stringData` is write-only: kubectl sends it each time.
      const again = (await standIn.kubectl(`apply -f examples/${file}`)).replace(
        '/routing configured',
        '/routing unchanged',
      );
      assert.match(again, /^(?:\S+ unchanged\n)+$/);
      for (const workload of workloadsOf(file)) {
        await standIn.kubectl(`rollout status --timeout=30s ${workload}`);
      }
      await keeps(standIn);
    });
  }
  const addresses = (await standIn.kubectl('get pods -A -o jsonpath={.items[*].status.podIP}')).split(' ');
  const own = addresses.filter((it) => it !== '127.0.0.1');
  assert.equal(own.length, 1 + 2 + 3 + 1 + 3 + 2);
  for (const file of files.toReversed()) {
    await standIn.kubectl(`delete -f examples/${file} --ignore-not-found`);
  }
  await standIn.routed(/^000 $/, 'shop.example.com', '/');
  await standIn.routed(/^000 $/, 'streams.example.com', '/');
  await eventually(async () => {
    assert.doesNotMatch(await standIn.kubectl('get pods,replicasets -A -o name'), /-\w{10}/);
  });
  const places = own.flatMap((address) => [3000, 8080].map((port) => ({ address, port })));
  assert.ok(!(await Promise.all(places.map(listens))).includes(true), 'a pod of an example still runs');
});

/** `-n shop deployment/web`. */
function workloadsOf(file: string): string[] {
  return parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8'))
    .map((document) => document.toJS() as { kind: string; metadata: { name: string; namespace?: string } })
    .filter(({ kind }) => ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind))
    .map(
      ({ kind, metadata: { name, namespace = 'default' } }) =>
        `-n ${namespace} ${kind.toLowerCase()}/${name}`,
    );
}
