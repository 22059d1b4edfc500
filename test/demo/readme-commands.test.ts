import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { selfSigned } from '../../src/cli/demo/self-signed.ts';
import { freePort } from '../fixtures/free-ports.ts';
import { ROOT } from './demo-process.ts';
import { eventually, startStandIn } from './stand-in-process.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/**
 * The output that README shows for its commands, in the order of README. Commands that are not in this list are of
 * another kind (docker, npm, podway).
 */
const SHOWN: readonly (readonly [start: string, shows: RegExp])[] = [
  ['helm install podway', /^STATUS: deployed$/m],
  ['kubectl -n podway port-forward service/podway', /^Forwarding from 127\.0\.0\.1:\d+ -> 8080$/m],
  ['kubectl apply -f examples/hello.yaml', /^deployment\.apps\/hello created$/m],
  ["curl -H 'Host: hello.example.com' localhost", /^hello$/m],
  ['kubectl create secret generic routing', /^secret\/routing created$/m],
  ['curl -i', /^HTTP\/1\.1 403 /],
  ["curl -H 'Host: hello.example.com' -H \"X-ROUTING-API-KEY", /^hello$/m],
  ['kubectl create secret tls', /^secret\/routing-tls created$/m],
  ['helm upgrade podway', /^REVISION: 2$/m],
];

/** Commands of README that need a registry, a checkout, or this test itself. */
const ELSEWHERE = /^(?:docker|npm|podway|kubectl podway|curl localhost:8080\/)/;

function commands(): string[] {
  const blocks = README.matchAll(/```sh\n([^]*?)```/g);
  return [...blocks]
    .flatMap(([, text = '']) => text.trim().split('\n'))
    .map((line) => line.replace(/ +#.*$/, ''))
    .filter((line) => !ELSEWHERE.test(line));
}

test('the commands of README work with the stand-in, one after the other', async (t) => {
  await using standIn = await startStandIn(t);
  if (standIn === undefined) return;
  const folder = await mkdtemp(join(tmpdir(), 'podway-readme-'));
  const port = await freePort();
  const { certificate, key } = selfSigned(['hello.example.com']);
  await writeFile(join(folder, 'tls.crt'), certificate);
  await writeFile(join(folder, 'tls.key'), key);
  const lines = commands();
  assert.deepEqual(
    lines.map((line) => SHOWN.find(([start]) => line.startsWith(start))?.[0] ?? line),
    SHOWN.map(([start]) => start),
  );
  const forwards: { end(): Promise<void> }[] = [];
  try {
    for (const [index, [start, shows]] of SHOWN.entries()) {
      const line = (lines[index] ?? '')
        .replaceAll('localhost:8080', `127.0.0.1:${port}`)
        .replace(' 8080:80', ` ${port}:80`)
        .replace(/=tls\.(crt|key)/g, `=${folder}/tls.$1`);
      await t.test(line, async () => {
        if (start.includes('port-forward')) {
          // A person tries it when the release is rolled out.
          await standIn.kubectl('rollout status -n podway deployment/podway --timeout=60s');
          forwards.push(await standIn.pasteUntil(line, shows));
        } else if (start.startsWith('curl')) {
          await eventually(async () => assert.match(await standIn.paste(line), shows));
        } else assert.match(await standIn.paste(line), shows);
      });
    }
    await t.test('and the port that the upgrade adds is served', async () => {
      await standIn.kubectl('rollout status -n podway deployment/podway --timeout=60s');
      const ip = await standIn.kubectl(
        'get pods -n podway --sort-by=.metadata.creationTimestamp -o jsonpath={.items[-1:].status.podIP}',
      );
      const resolve = `--cacert ${folder}/tls.crt --connect-to ::${ip}:8443`;
      const header = 'X-ROUTING-API-KEY: c3VwZXJzZWNyZXQ=';
      await eventually(async () => {
        assert.equal(
          await standIn.paste(`curl -s ${resolve} -H '${header}' https://hello.example.com/`),
          'hello\n',
        );
      });
    });
  } finally {
    await Promise.all(forwards.map((it) => it.end()));
    await rm(folder, { recursive: true });
  }
});
