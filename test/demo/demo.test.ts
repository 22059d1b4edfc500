import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import net from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort, freePorts } from '../fixtures/free-ports.ts';
import { DemoProcess, listens, runs } from './demo-process.ts';
import { sampleOf, unlessWide } from '../fixtures/wide.ts';

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

/** The output of a shell, in any folder, into which a person pastes the text. */
function shell(text: string): Promise<string> {
  return new Promise((resolve) => {
    execFile('sh', ['-c', text], { cwd: '/', timeout: 30_000 }, (_error, stdout) => resolve(stdout));
  });
}

/** The output of a shell that reads the text as if it were typed. */
async function pasted(text: string): Promise<string> {
  const child = execFile('sh', { cwd: '/', timeout: 30_000 });
  let output = '';
  child.stdout?.on('data', (chunk: string) => (output += chunk));
  child.stdin?.end(text);
  await once(child, 'close');
  return output;
}

interface Pod {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** The addresses of the pods, from the router's own page. */
async function podsOf(demo: DemoProcess): Promise<Pod[]> {
  const page = /curl -s (127\.0\.0\.1:\d+\/routes)/.exec(demo.printed)?.[1];
  const { routes } = (await (await fetch(`http://${page}`)).json()) as {
    readonly routes: readonly { readonly endpoints: readonly (Pod & { readonly pod: string })[] }[];
  };
  const all = routes.flatMap(({ endpoints }) => endpoints);
  const pods = all.map(({ pod, address, port }) => [pod, { name: pod, address, port }] as const);
  return [...new Map(pods).values()];
}

/** The printed lines that begin with these words, to be pasted. */
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

test('the guide that it prints fits a terminal, and works line by line and pasted as a whole; Ctrl-C ends everything', {
  skip,
}, async (t) => {
  await using demo = await startDemo({ OPERATOR_PORT: String(await freePort()) });
  await demo.until();
  const { printed } = demo;
  const pods = await podsOf(demo);
  const guide = printed.slice(printed.indexOf('# Four pods'));
  const curl = (rest: string): Promise<string> =>
    shell(line(printed, `curl ${rest}`).replace('curl', 'curl -s'));

  await t.test('80 columns, 24 lines', () => {
    const all = printed.trimEnd().split('\n');
    assert.deepEqual(
      all.filter((text) => text.length > 80),
      [],
    );
    assert.ok(guide.trimEnd().split('\n').length < 24, guide);
  });
  await t.test('it listens only on 127.0.0.1', async () => {
    assert.deepEqual(await listening(printed, ['127.0.0.1']), [true, true]);
    assert.deepEqual(await listening(printed, ['127.0.0.2', '::1']), [false, false, false, false]);
  });
  await t.test('TLS, with a self-signed certificate', async () => {
    assert.match(await curl('--cacert'), /^web-\d saw GET \/ for 127\.0\.0\.1:\d+\n$/);
  });
  await t.test('gRPC', async () => {
    assert.match(await shell(line(printed, 'sh ', 1)), /^HTTP\/2 200 [^]*\r\ngrpc-status: 0\r\n/);
  });
  await t.test('round robin', async () => {
    const answers = (await curl('127.0.0.1')).trim().split('\n');
    const authors = answers.map((answer) => answer.split(' ', 1)[0]);
    assert.deepEqual([authors.length, new Set(authors)], [3, new Set(['web-1', 'web-2'])]);
  });
  await t.test('by host', async () => {
    assert.match(await curl("-H 'Host: demo"), /^web-\d saw GET \/ for demo\.localhost/);
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
    assert.match(await shell(line(printed, 'curl -sN')), /^data: event 1 from web-\d\n/);
  });
  await t.test('a WebSocket', async () => {
    assert.match(await shell(line(printed, 'sh ')), /^web-\d echoes hello\n$/);
  });
  await t.test('all of it, in one paste', async () => {
    const block = guide.slice(0, guide.indexOf('\nDashboard')).replace('curl 127', 'curl -s 127');
    const output = await pasted(block);
    const [blue = '', ...others] = output.match(/^web-\d saw GET \/(?:blue)? .*$/gm)?.slice(-3) ?? [];
    assert.match(blue, /^web-1 saw GET \/blue /, output);
    assert.deepEqual(
      others.map((it) => it.slice(0, 5)),
      ['web-2', 'web-2'],
    );
    for (const part of [
      / 403 Forbidden/,
      /saw GET \/vault/,
      /echoes hello/,
      /grpc-status: 0/,
      /^# HELP podway_/m,
    ])
      assert.match(output, part);
  });
  await t.test('an edited manifest', async () => {
    const after = line(printed, 'curl 127.0.0.1', 1).replace('curl ', 'curl -s ');
    assert.match(await shell(after), /^web-1 saw GET \/blue .*\nweb-2 .*\nweb-2 /);
  });
  await t.test('the dashboard', async () => {
    const [, dashboard = ''] = /^Dashboard: (\S+) /m.exec(printed) ?? [];
    assert.equal((await fetch(dashboard)).status, 200);
  });
  await t.test('Ctrl-C', async () => {
    const folder = /(\/\S+)\/websocket\.sh/.exec(printed)?.[1] ?? '';
    assert.equal(existsSync(folder), true);
    // The addresses are not compared: another demo may have them immediately.
    const processes = await demo.children();
    assert.deepEqual([processes.length, pods.length], [4, 4]);
    demo.kill('SIGINT');
    assert.equal(await demo.ended, 0);
    assert.deepEqual(processes.map(runs), [false, false, false, false]);
    assert.equal(existsSync(folder), false);
  });
});

for (const signal of sampleOf(['SIGTERM', 'SIGINT', 'SIGHUP'] as const, 1)) {
  test(`${signal} to npm start's demo before it listens ends the demo and its pods`, async () => {
    await using demo = await startDemo();
    await demo.until('Starting four pods');
    demo.kill(signal);
    assert.equal(await demo.ended, 0);
    assert.doesNotMatch(demo.printed, /has ended/);
  });
}

for (const [when, text] of sampleOf(
  [
    ['while they start', 'Starting four pods'],
    ['while they run', 'Ctrl-C ends'],
  ] as const,
  1,
)) {
  test(`SIGTERM to the demo and its pods together, ${when}, is no failure of a pod`, async () => {
    await using demo = await startDemo();
    await demo.until(text);
    const pods = await demo.children();
    demo.kill('SIGTERM');
    for (const pid of pods) if (runs(pid)) process.kill(pid, 'SIGTERM');
    assert.equal(await demo.ended, 0);
    assert.doesNotMatch(demo.printed, /did not start|has ended/);
  });
}

/** Whether each of the addresses accepts connections at the printed port of the router and of the admin pages. */
function listening(printed: string, addresses: readonly string[]): Promise<boolean[]> {
  const [router = '', admin = ''] = [lines(printed, 'curl').at(0), lines(printed, 'curl').at(-1)];
  const ports = [router, admin].map((text) => Number(/:(\d+)\//.exec(text)?.[1]));
  const places = addresses.flatMap((address) => ports.map((port) => ({ address, port })));
  return Promise.all(places.map(listens));
}

test('ADDRESS and ADMIN_ADDRESS name other addresses, and the printed commands work there', {
  skip: unlessWide || (skip === false && !ipv6 ? 'no IPv6 on this machine' : skip),
}, async () => {
  await using demo = await startDemo({ ADDRESS: '::', ADMIN_ADDRESS: '127.0.0.2' });
  await demo.until();
  const { printed } = demo;
  assert.deepEqual(await listening(printed, ['127.0.0.3', '127.0.0.2']), [true, false, true, true]);
  const [round = ''] = lines(printed, "curl '[::1]:");
  assert.match(await shell(round.replace('curl', 'curl -s')), /^web-\d saw GET \//);
  const [metrics = ''] = lines(printed, 'curl -s 127.0.0.2').slice(-1);
  assert.match(await shell(metrics), /^podway_/m);
});

test('a pod that dies is reported; MANIFESTS names the folder, which is kept', {
  skip: unlessWide,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'podway-demo-test-'));
  try {
    await using demo = await startDemo({ MANIFESTS: folder });
    await demo.until();
    const { pid } = JSON.parse(await podPage(demo, 'web-2')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await demo.until('the pod web-2 has ended (SIGKILL)');
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
  const pod = (await podsOf(demo)).find((one) => one.name === name);
  const response = await fetch(`http://${pod?.address}:${pod?.port}/echo`);
  return response.text();
}

test('the demo reports all ports that are in use, one a line, and free ones, and starts no process', async () => {
  const taken = await Promise.all(
    ['PORT', 'TLS_PORT', 'ADMIN_PORT', 'OPERATOR_PORT'].map(async (setting) => {
      const server = net.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return { setting, server, port: (server.address() as net.AddressInfo).port };
    }),
  );
  try {
    const ports = Object.fromEntries(taken.map(({ setting, port }) => [setting, String(port)]));
    await using demo = await startDemo(ports);
    assert.equal(await demo.ended, 2);
    const output = demo.printed.trimEnd().split('\n');
    const lines = taken.map(
      ({ setting, port }) =>
        `podway demo: cannot listen on 127.0.0.1 port ${port} (${setting}): it is already in use`,
    );
    assert.deepEqual(output.slice(0, -1), lines);
    const [, free = ''] = /^podway demo: free at the moment: (.*)$/.exec(output.at(-1) ?? '') ?? [];
    const assigned = new Map(free.split(' ').map((it) => it.split('=') as [string, string]));
    assert.deepEqual([...assigned.keys()], ['PORT', 'TLS_PORT', 'ADMIN_PORT', 'OPERATOR_PORT']);
    const all = [...assigned.values(), ...Object.values(ports)];
    assert.equal(new Set(all).size, 8, all.join(' '));
  } finally {
    for (const { server } of taken) server.close();
  }
});

test('a wrong setting is reported before anything starts', async () => {
  await using demo = await startDemo({ PORT: 'abc' });
  assert.equal(await demo.ended, 2);
  assert.match(demo.printed, /PORT="abc"/);
});
