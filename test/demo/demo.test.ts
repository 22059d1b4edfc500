import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import net from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePorts } from '../fixtures/free-ports.ts';
import { DemoProcess, listens, ROOT } from './demo-process.ts';

async function startDemo(env: Readonly<Record<string, string>> = {}): Promise<DemoProcess> {
  const [port, adminPort, tlsPort] = await freePorts(3);
  const ports = {
    PORT: String(port),
    ADMIN_PORT: String(adminPort),
    TLS_PORT: String(tlsPort),
    OPERATOR_PORT: 'none',
  };
  return new DemoProcess({ ...ports, ...env });
}

/** What a person gets who pastes the line into a shell. */
function shell(line: string): Promise<string> {
  return new Promise((resolve) => {
    execFile('sh', ['-c', line], { cwd: ROOT, timeout: 30_000 }, (_error, stdout) => resolve(stdout));
  });
}

/** The printed lines that begin with these words, to paste. */
function lines(printed: string, start: string): string[] {
  return printed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith(start));
}

function line(printed: string, start: string, index = 0): string {
  const found = lines(printed, start)[index];
  assert.ok(found, `a line ${start}`);
  return found;
}

const skip = (await shell('curl --version')) === '' ? 'no curl on this machine' : false;
const ipv6 = networkInterfaces()['lo']?.some(({ address }) => address === '::1') === true;

test('npm start: what it prints works, an edited manifest goes live, Ctrl-C ends everything', {
  skip,
}, async (t) => {
  await using demo = await startDemo();
  await demo.says();
  const { printed, pods } = demo;
  const curl = (rest: string): Promise<string> =>
    shell(line(printed, `curl ${rest}`).replace('curl', 'curl -s'));

  await t.test('it fits a terminal of 80 columns, but for the name of the folder', () => {
    const wide = printed
      .split('\n')
      .filter((text) => text.length > 80 && !text.includes(tmpdir()) && !text.startsWith('{'));
    assert.deepEqual(wide, []);
  });
  await t.test('TLS, with a certificate that vouches for itself', async () => {
    assert.match(await curl('--cacert'), /^web-\d saw GET \/ for 127\.0\.0\.1:\d+\n$/);
  });
  await t.test('gRPC', async () => {
    const start = printed.indexOf('  printf ');
    const command = printed.slice(start, printed.indexOf('\n\n', start));
    assert.match(await shell(command.replace('curl', 'curl -s')), /^HTTP\/2 200 [^]*\r\ngrpc-status: 0\r\n/);
  });
  await t.test('round robin', async () => {
    const answers = (await curl('127.0.0.1')).trim().split('\n');
    const authors = answers.map((answer) => answer.split(' ', 1)[0]);
    assert.deepEqual([authors.length, new Set(authors)], [3, new Set(['web-1', 'web-2'])]);
  });
  await t.test('by host', async () => {
    assert.match(await curl("-H 'Host: demo"), /^web-\d saw GET \/ for demo\.localhost/);
    assert.equal(await curl("-H 'Host: unknown"), '');
  });
  await t.test('403, then 200', async () => {
    assert.match(await curl('-i 127.0.0.1'), /^HTTP\/1\.1 403 /);
    assert.match(await curl("-i -H 'X-ROUTING"), /^HTTP\/1\.1 200 [^]*vault-1 saw GET \/vault/);
  });
  await t.test('echo', async () => {
    const seen = JSON.parse(await curl('-d')) as { url: string; body: string };
    assert.deepEqual([seen.url, seen.body], ['/echo?a=1&b=2', 'hello']);
  });
  await t.test('server-sent events', async () => {
    const once = line(printed, 'curl -N').replace('curl ', 'curl -s --max-time 2 ');
    assert.match(await shell(once), /^data: event 1 from web-\d\n/);
  });
  await t.test('a WebSocket', async () => {
    const block = /^ *npx node -e '[^']*'/m.exec(printed)?.[0];
    assert.match(await shell(block ?? ''), /^web-\d echoes hello\n$/);
  });
  await t.test('an edited manifest', async () => {
    await shell(line(printed, 'sed'));
    const after = line(printed, 'curl 127.0.0.1', 1).replace('curl ', 'curl -s ');
    const moved = /^web-1 saw GET \/blue .*\nweb-2 .*\nweb-2 /;
    let answers = '';
    for (let turn = 0; turn < 100 && !moved.test(answers); turn += 1) answers = await shell(after);
    assert.match(answers, moved);
  });
  await t.test('routes and metrics', async () => {
    const [routes = '', metrics = ''] = lines(printed, 'curl 127.0.0.1').slice(-2);
    assert.match(await shell(routes), /"vault\.localhost"/);
    assert.match(await shell(metrics), /^podway_/m);
  });
  await t.test('Ctrl-C', async () => {
    const folder = line(printed, 'Their manifests: ').replace('Their manifests: ', '');
    assert.equal(pods.length, 4);
    demo.kill('SIGINT');
    assert.equal(await demo.ended, 0);
    assert.deepEqual(await Promise.all(pods.map(listens)), [false, false, false, false]);
    assert.equal(existsSync(folder), false);
  });
});

/** Whether each of the addresses takes connections at the printed port of the router and of the admin pages. */
function listening(printed: string, addresses: readonly string[]): Promise<boolean[]> {
  const [router = '', admin = ''] = [lines(printed, 'curl').at(0), lines(printed, 'curl').at(-1)];
  const ports = [router, admin].map((text) => Number(/:(\d+)\//.exec(text)?.[1]));
  const places = addresses.flatMap((address) => ports.map((port) => ({ address, port })));
  return Promise.all(places.map(listens));
}

test('it listens on 127.0.0.1 alone', async () => {
  await using demo = await startDemo();
  await demo.says();
  assert.deepEqual(await listening(demo.printed, ['127.0.0.1']), [true, true]);
  assert.deepEqual(await listening(demo.printed, ['127.0.0.2', '::1']), [false, false, false, false]);
});

test('ADDRESS and ADMIN_ADDRESS name other addresses, and what it prints works there', {
  skip: skip === false && !ipv6 ? 'no IPv6 on this machine' : skip,
}, async () => {
  await using demo = await startDemo({ ADDRESS: '::', ADMIN_ADDRESS: '127.0.0.2' });
  await demo.says();
  const { printed } = demo;
  assert.deepEqual(await listening(printed, ['127.0.0.3', '127.0.0.2']), [true, false, true, true]);
  const [round = ''] = lines(printed, "curl '[::1]:");
  assert.match(await shell(round.replace('curl', 'curl -s')), /^web-\d saw GET \//);
  const [metrics = ''] = lines(printed, 'curl 127.0.0.2').slice(-1);
  assert.match(await shell(metrics), /^podway_/m);
});

test('a pod that dies is reported; MANIFESTS names the folder, which is kept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'podway-demo-test-'));
  try {
    await using demo = await startDemo({ MANIFESTS: folder });
    await demo.says();
    const { pid } = JSON.parse(await podPage(demo, 'web-2')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await demo.says('the pod web-2 has ended (SIGKILL)');
    demo.kill('SIGTERM');
    assert.equal(await demo.ended, 0);
    assert.deepEqual((await readdir(folder)).toSorted(), [
      'grpc-1.yaml',
      'vault-1.yaml',
      'vault-key.yaml',
      'web-1.yaml',
      'web-2.yaml',
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

async function podPage(demo: DemoProcess, name: string): Promise<string> {
  const pod = demo.pods.find((one) => one.name === name);
  const response = await fetch(`http://${pod?.address}:${pod?.port}/echo`);
  return response.text();
}

for (const setting of ['PORT', 'ADMIN_PORT', 'TLS_PORT']) {
  test(`a ${setting} in use is one clear line, and nothing is left running`, async () => {
    const taken = net.createServer();
    await new Promise<void>((resolve) => taken.listen(0, resolve));
    const { port } = taken.address() as net.AddressInfo;
    try {
      await using demo = await startDemo({ [setting]: String(port), LOG_LEVEL: 'fatal' });
      assert.equal(await demo.ended, 2);
      const said = demo.printed.trim().split('\n').slice(1);
      assert.equal(said.length, 1, demo.printed);
      assert.match(said[0] ?? '', new RegExp(`port ${port} \\(${setting}\\)`));
    } finally {
      await new Promise((resolve) => taken.close(resolve));
    }
  });
}

test('a wrong setting is reported before anything starts', async () => {
  await using demo = await startDemo({ PORT: 'abc' });
  assert.equal(await demo.ended, 2);
  assert.match(demo.printed, /PORT="abc"/);
});
