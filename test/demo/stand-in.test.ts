import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { freePorts } from '../fixtures/free-ports.ts';
import { DemoProcess, listens } from './demo-process.ts';
import { eventually, STAND_IN, type StandIn, startStandIn } from './stand-in-process.ts';

/** The output of each printed line, pasted in their order. */
const SHOWN: readonly (readonly [start: string, shows: RegExp])[] = [
  ['kubectl get pods', /^shop +web-1 +1\/1 +Running /m],
  ['curl', /^web-\d saw GET \/ for .+\nweb-\d saw /],
  ['kubectl apply', /^deployment\.apps\/web created$/m],
  ['kubectl rollout', /^deployment "web" successfully rolled out$/m],
  ["curl -H 'Host: shop", /^web-\w+-\w+:3000 saw GET \/cart for shop\.example\.com$/m],
  ['kubectl scale', /^deployment\.apps\/web scaled$/m],
  [
    'POD_ADDRESSES=any npm run podway -- check',
    /^won: hello\.example\.com\/ \(new host\): Deployment default\/hello$/m,
  ],
  ['kubectl annotate pod web-1', /^pod\/web-1 annotated$/m],
  ['curl', /^web-1 saw GET \/blue for /],
  ['kubectl annotate pod web-2', /^pod\/web-2 annotated$/m],
  ['kubectl describe', /Warning +PortNotDeclared/],
  ['curl -i', /^HTTP\/1\.1 403 /],
  ['kubectl delete secret', /^secret "routing" deleted/],
  ['curl -i', /^HTTP\/1\.1 200 [^]*vault-1 saw GET \/vault /],
  ['helm install', /^STATUS: deployed$/m],
  ['kubectl rollout', /^deployment "podway" successfully rolled out$/m],
  ['npm run podway -- local', /^web-\w+-\w+:3000 saw GET /m],
  ['kubectl exec', /^(?:Linux|Darwin) /],
];

test('npm run stand-in: each line that it prints works when pasted, and no process and no file is left after its end', async (t) => {
  await using standIn = await startStandIn(t);
  if (standIn === undefined) return;
  const { demo, kubeconfig } = standIn;
  assert.equal(await listens({ address: '127.0.0.2', port: standIn.port }), false);
  const [lines, endless] = linesOf(standIn);
  const [folder = '', environment = ''] = lines.splice(0, 2);
  assert.match(folder, /^cd \//);
  for (const [index, [start, shows]] of SHOWN.entries()) {
    const line = lines[index] ?? '';
    await t.test(line, async () => {
      assert.ok(line.startsWith(start), `${line} begins with ${start}`);
      // podway routes and reports a change after some milliseconds.
      await eventually(async () =>
        assert.match(await standIn.paste(`${folder}\n${environment}\n${line}`), shows),
      );
    });
  }
  assert.equal(lines.length, SHOWN.length);
  await t.test('commands that do not end start, too', async () => {
    assert.equal(endless.length, 3);
    const [shell = '', , forward = ''] = endless;
    assert.match(await standIn.paste(`echo 'echo in-$((1+1))' | ${shell.replace('-it', '-i')}`), /^in-2$/m);
    assert.match(forward, /^kubectl port-forward web-1 -n shop 3000:\d+$/);
  });

  demo.kill('SIGTERM');
  assert.equal(await demo.ended, 0);
  assert.equal(await listens({ address: '127.0.0.1', port: standIn.port }), false);
  assert.equal(existsSync(kubeconfig), false);
});

test('npm run stand-in on a port that is in use: it names the port and ends', async () => {
  await using taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const [free] = await freePorts(1);
  const env = { PORT: String(free), ADMIN_PORT: String(port), OPERATOR_PORT: 'none' };
  await using standIn = new DemoProcess(env, STAND_IN);
  assert.equal(await standIn.ended, 2, standIn.printed);
  assert.match(
    standIn.printed,
    /^podway: cannot listen on 127\.0\.0\.1 port \d+ \(ADMIN_PORT\): it is already in use\npodway: free at the moment: ADMIN_PORT=\d+\n$/,
  );
});

test('npm run stand-in takes no arguments', async () => {
  await using standIn = new DemoProcess({}, [...STAND_IN, '--port=8081']);
  assert.equal(await standIn.ended, 2);
  assert.match(standIn.printed, /^unexpected argument --port=8081\nnpm run stand-in +a small cluster/);
});

/** The printed commands: those that end, and those that run until they are interrupted. */
function linesOf({ demo }: StandIn): [string[], string[]] {
  const [ending = '', endless = ''] = demo.printed.split('These run until you end them');
  const commands = (text: string): string[] =>
    [...text.matchAll(/^ {2}(\S.*)$/gm)].map(([, line = '']) => line);
  return [commands(ending), commands(endless)];
}
