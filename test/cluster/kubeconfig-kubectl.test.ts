import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { defaultKubeConfig } from '../../src/cluster/api/kubeconfig.ts';
import { openSource } from '../../src/cluster/open-source.ts';
import { SourceError } from '../../src/cluster/source.ts';
import { Authority } from '../fixtures/authority.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { kubernetesTools } from '../fixtures/kubernetes-tools.ts';
import { API_TIMEOUT, RecordedSource, IDLE_TIMEOUT, SCOPE } from './recorded-source.ts';
import { sampleOf } from '../fixtures/wide.ts';

// podway reads a kubeconfig as kubectl does: the test runs both with the same files and environment against two
// stand-ins, and compares their requests.

const run = promisify(execFile);
type Environment = Readonly<Record<string, string>>;

/** Key and certificate of both servers, and their certificate authority; undefined if openssl is missing. */
const tls = (async () => {
  if ((await run('openssl', ['version']).catch(() => undefined)) === undefined) return undefined;
  await using authority = new Authority(await mkdtemp(join(tmpdir(), 'podway-')));
  await authority.create();
  await authority.sign('server');
  const [key, cert, ca] = await Promise.all(['server.key', 'server', 'ca'].map((it) => authority.read(it)));
  return key && cert && ca && { key, cert, ca };
})();
after(() => tls);

/** Two API servers, a proxy that reaches any host, and a folder for files. */
class Scene {
  readonly one: KubernetesApi;
  readonly two: KubernetesApi;
  readonly folder: string;
  readonly kubectl: string;
  readonly ca: string;
  readonly proxy = createServer().on('connect', (asked, client: Socket) => {
    this.proxied.push(asked.url ?? '');
    const server = connect(Number(asked.url?.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(server).pipe(client);
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
  });
  readonly proxied: string[] = [];

  constructor(parts: Pick<Scene, 'one' | 'two' | 'folder' | 'kubectl' | 'ca'>) {
    this.one = parts.one;
    this.two = parts.two;
    this.folder = parts.folder;
    this.kubectl = parts.kubectl;
    this.ca = parts.ca;
  }

  static async set(t: TestContext): Promise<Scene | undefined> {
    const tools = await kubernetesTools();
    if (typeof tools === 'string') {
      t.skip(tools);
      return undefined;
    }
    const pair = await tls;
    if (pair === undefined) {
      t.skip('needs the Debian package openssl');
      return undefined;
    }
    const folder = await mkdtemp(join(tmpdir(), 'podway-kubeconfig-'));
    const [one, two] = [await KubernetesApi.start({ tls: pair }), await KubernetesApi.start({ tls: pair })];
    const ca = pair.ca.toString('base64');
    const scene = new Scene({ one, two, folder, kubectl: tools.kubectl, ca });
    await once(scene.proxy.listen(0, '127.0.0.1'), 'listening');
    return scene;
  }

  get places(): Places {
    const named = this.one.url.replace('127.0.0.1', 'api.test');
    return { one: this.one.url, two: this.two.url, named, proxy: this.proxyUrl, ca: this.ca };
  }

  get proxyUrl(): string {
    return `http://127.0.0.1:${(this.proxy.address() as AddressInfo).port}`;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async write(files: Readonly<Record<string, string | object>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(this.path(name)), { recursive: true });
      await writeFile(this.path(name), typeof content === 'string' ? content : JSON.stringify(content));
      if (typeof content === 'string' && content.startsWith('#!')) await chmod(this.path(name), 0o755);
    }
  }

  /** The requests of a client for pods, as the servers saw them; undefined if there were none. */
  #seen(): object | undefined {
    for (const [server, api] of Object.entries({ one: this.one, two: this.two })) {
      const found = api.requests.find(({ path }) => path === '/api/v1/pods');
      if (found === undefined) continue;
      const fields = Object.entries(found.headers).filter(([name]) => name.startsWith('impersonate-'));
      return { server, authorization: found.authorization, ...Object.fromEntries(fields) };
    }
    return undefined;
  }

  #forget(): void {
    for (const api of [this.one, this.two]) api.clearRequests();
    this.proxied.length = 0;
  }

  async askKubectl(env: Environment): Promise<object | undefined> {
    this.#forget();
    const all = { PATH: process.env['PATH'], HOME: this.folder, ...env };
    const asking = run(this.kubectl, ['get', 'pods', '-A'], { env: all, cwd: this.folder, timeout: 30_000 });
    // Without credentials kubectl prompts for a name and a password.
    asking.child.stdin?.end();
    await asking.catch(() => undefined);
    return this.#seen();
  }

  async askPodway(env: Environment): Promise<object | undefined> {
    this.#forget();
    const all = { PATH: process.env['PATH'] ?? '', HOME: this.folder, ...env };
    const load = () => defaultKubeConfig(all);
    const kubernetes = { load, timeout: API_TIMEOUT, idleTimeout: IDLE_TIMEOUT };
    try {
      await using following = new RecordedSource(await openSource({ ...SCOPE, from: { kubernetes } }));
      await following.until(() => following.pods.includes('init-done') || following.problems.length > 0);
      return this.#seen();
    } catch (error) {
      assert.ok(error instanceof SourceError, String(error));
      return undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.proxy.close();
    this.proxy.closeAllConnections();
    for (const api of [this.one, this.two]) await api[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true });
  }
}

interface Places {
  readonly one: string;
  readonly two: string;
  /** The first server, by a name that does not resolve. */
  readonly named: string;
  readonly proxy: string;
  /** The certificate of the authority, in base64. */
  readonly ca: string;
}

interface Config {
  readonly server?: string;
  readonly cluster?: object;
  readonly user?: object;
  readonly name?: string;
  readonly current?: string | undefined;
}

const UNVERIFIED = { 'insecure-skip-tls-verify': true };

/** A kubeconfig with one context. */
function config({
  server,
  cluster = UNVERIFIED,
  user = { token: 'anyone' },
  name = 'x',
  current = name,
}: Config): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, ...cluster } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': current,
  };
}

interface Case {
  readonly name: string;
  /** The files of the folder; they contain the addresses of the servers and of the proxy. */
  readonly files: (at: Places) => Readonly<Record<string, string | object>>;
  /** The names of files for KUBECONFIG, joined by `:`. */
  readonly kubeconfig?: string;
  readonly env?: (proxy: string) => Environment;
  /** What the servers see of the requests of both clients; undefined when they get no request. */
  readonly sees: object | undefined;
}

const TOKEN = 'Bearer secret-token';
const bearer = (token: string) => ({ server: 'one', authorization: `Bearer ${token}` });
const plain = bearer('anyone');
const EXEC = { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never' };

/** A plugin that prints a token, and writes its input to a file. */
function plugin(status: object, apiVersion = EXEC.apiVersion): string {
  const credential = JSON.stringify({ apiVersion, kind: 'ExecCredential', status });
  return `#!/bin/sh\nprintf %s "$KUBERNETES_EXEC_INFO" > "$(dirname "$0")/told"\nprintf %s '${credential}'\n`;
}

const CASES: readonly Case[] = [
  {
    name: 'one file',
    files: ({ one }) => ({ a: config({ server: one, user: { token: 'secret-token' } }) }),
    sees: { server: 'one', authorization: TOKEN },
  },
  {
    name: 'two files: the first current-context',
    files: ({ one, two }) => ({
      a: config({ server: one, name: 'a' }),
      b: config({ server: two, name: 'b' }),
    }),
    kubeconfig: 'a:b',
    sees: plain,
  },
  {
    name: 'the current-context of the second file when the first has none, with the cluster of that name from the first file',
    files: ({ one, two }) => ({
      a: { ...config({ server: one, name: 'a' }), 'current-context': undefined },
      b: config({ server: two, name: 'a', user: { token: 'of-b' } }),
    }),
    kubeconfig: 'a:b',
    sees: plain,
  },
  {
    name: 'a missing and an empty file first',
    files: ({ one }) => ({ empty: '', a: config({ server: one }) }),
    kubeconfig: 'missing:empty::a',
    sees: plain,
  },
  {
    name: 'only missing and empty files',
    files: () => ({ empty: '' }),
    kubeconfig: 'missing:empty',
    sees: undefined,
  },
  {
    name: 'a context in a later file',
    files: ({ one }) => ({ a: { 'current-context': 'x' }, b: config({ server: one, current: 'other' }) }),
    kubeconfig: 'a:b',
    sees: plain,
  },
  {
    name: 'an undefined context',
    files: ({ one }) => ({ a: config({ server: one, current: 'nope' }) }),
    sees: undefined,
  },
  {
    name: 'a name that occurs twice in a file',
    files: ({ one, two }) => {
      const clusters = [one, two].map((server) => ({ name: 'x', cluster: { server, ...UNVERIFIED } }));
      return { a: { ...config({ server: one }), clusters } };
    },
    sees: undefined,
  },
  {
    name: 'a file that is not YAML',
    files: ({ one }) => ({ a: config({ server: one }), b: '{{{' }),
    kubeconfig: 'a:b',
    sees: undefined,
  },
  {
    name: 'another kind',
    files: ({ one }) => ({ a: { ...config({ server: one }), kind: 'Pod' } }),
    sees: undefined,
  },
  {
    name: 'a token that is a number',
    files: ({ one }) => ({ a: config({ server: one, user: { token: 5 } }) }),
    sees: undefined,
  },
  {
    name: 'YAML, and a server with a path that ends with a slash',
    files: ({ one }) => ({
      a: `current-context: x\ncontexts:\n- name: x\n  context: {cluster: c, user: u}\nusers: [{name: u, user: {token: anyone}}]\nclusters:\n- name: c\n  cluster:\n    server: ${one}/\n    insecure-skip-tls-verify: true\n`,
    }),
    sees: plain,
  },
  {
    name: 'a token file next to the kubeconfig takes precedence over the token',
    files: ({ one }) => ({
      'sub/a': config({ server: one, user: { token: 'old', tokenFile: 'of/token' } }),
      'sub/of/token': 'from-file\n',
    }),
    kubeconfig: 'sub/a',
    sees: bearer('from-file'),
  },
  {
    name: 'a token file that is missing, with a token',
    files: ({ one }) => ({ a: config({ server: one, user: { token: 'old', tokenFile: 'missing' } }) }),
    sees: bearer('old'),
  },
  {
    name: 'a name and a password',
    files: ({ one }) => ({ a: config({ server: one, user: { username: 'u', password: 'pä:ss' } }) }),
    sees: { server: 'one', authorization: `Basic ${Buffer.from('u:pä:ss').toString('base64')}` },
  },
  {
    name: 'a plugin next to the kubeconfig',
    files: ({ one }) => ({
      'sub/a': config({ server: one, user: { exec: { ...EXEC, command: './bin/login', args: ['x'] } } }),
      'sub/bin/login': plugin({ token: 'from-plugin' }),
    }),
    kubeconfig: 'sub/a',
    sees: bearer('from-plugin'),
  },
  {
    name: 'a plugin that gets its cluster',
    files: ({ one, ca, proxy }) => ({
      a: config({
        server: one,
        cluster: {
          'tls-server-name': 'localhost',
          'certificate-authority-data': ca,
          'proxy-url': proxy,
          extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'x' } }],
        },
        user: {
          exec: {
            ...EXEC,
            command: './bin/login',
            provideClusterInfo: true,
            env: [{ name: 'A', value: 'b' }],
          },
        },
      }),
      'bin/login': plugin({ token: 'from-plugin', expirationTimestamp: '2100-01-01T00:00:00Z' }),
    }),
    sees: { ...bearer('from-plugin'), proxied: true },
  },
  {
    name: 'a plugin of the other version',
    files: ({ one }) => ({
      a: config({
        server: one,
        user: { exec: { apiVersion: 'client.authentication.k8s.io/v1beta1', command: './bin/login' } },
      }),
      'bin/login': plugin({ token: 'from-plugin' }, 'client.authentication.k8s.io/v1beta1'),
    }),
    sees: bearer('from-plugin'),
  },
  {
    name: 'a plugin that prints another version',
    files: ({ one }) => ({
      a: config({ server: one, user: { exec: { ...EXEC, command: './bin/login' } } }),
      'bin/login': plugin({ token: 'from-plugin' }, 'client.authentication.k8s.io/v1beta1'),
    }),
    sees: undefined,
  },
  {
    name: 'a plugin that fails',
    files: ({ one }) => ({
      a: config({ server: one, user: { exec: { ...EXEC, command: './bin/login' } } }),
      'bin/login': '#!/bin/sh\necho no login >&2\nexit 3\n',
    }),
    sees: undefined,
  },
  {
    name: 'a plugin that needs a terminal',
    files: ({ one }) => ({
      a: config({
        server: one,
        user: { exec: { ...EXEC, interactiveMode: 'Always', command: './bin/login' } },
      }),
      'bin/login': plugin({ token: 'from-plugin' }),
    }),
    sees: undefined,
  },
  {
    name: 'another user, with a uid, groups and more',
    files: ({ one }) => ({
      a: config({
        server: one,
        user: {
          token: 'secret-token',
          as: 'jane',
          'as-uid': 'u-1',
          'as-groups': ['a', 'b,c'],
          'as-user-extra': { 'acme.com/Roles': ['x', 'y'], 'a b%ä': ['z'] },
        },
      }),
    }),
    sees: {
      server: 'one',
      authorization: TOKEN,
      'impersonate-user': ['jane'],
      'impersonate-uid': ['u-1'],
      'impersonate-group': ['a', 'b,c'],
      'impersonate-extra-acme.com%2froles': ['x', 'y'],
      'impersonate-extra-a%20b%25%c3%a4': ['z'],
    },
  },
  {
    name: 'groups, but no user to impersonate',
    files: ({ one }) => ({ a: config({ server: one, user: { token: 'x', 'as-groups': ['a'] } }) }),
    sees: undefined,
  },
  {
    name: 'a server without TLS gets no secret and no name',
    files: () => ({
      a: config({ server: 'http://127.0.0.1:1', user: { token: 'secret-token', 'as-groups': ['a'] } }),
    }),
    sees: undefined,
  },
  {
    name: 'an authority as data',
    files: ({ one, ca }) => ({ a: config({ server: one, cluster: { 'certificate-authority-data': ca } }) }),
    sees: plain,
  },
  {
    name: 'an authority in a file next to the kubeconfig',
    files: ({ one, ca }) => ({
      'sub/a': config({ server: one, cluster: { 'certificate-authority': '../ca.crt' } }),
      'ca.crt': Buffer.from(ca, 'base64').toString(),
    }),
    kubeconfig: 'sub/a',
    sees: plain,
  },
  {
    name: 'an unknown authority',
    files: ({ one }) => ({ a: config({ server: one, cluster: {} }) }),
    sees: undefined,
  },
  {
    name: 'another name of the server',
    files: ({ one, ca }) => ({
      a: config({
        server: one,
        cluster: { 'certificate-authority-data': ca, 'tls-server-name': 'other.test' },
      }),
    }),
    sees: undefined,
  },
  {
    name: 'a proxy of the cluster',
    files: ({ named, proxy }) => ({
      a: config({ server: named, cluster: { ...UNVERIFIED, 'proxy-url': proxy } }),
    }),
    sees: { ...plain, proxied: true },
  },
  {
    name: 'a proxy of an unknown kind',
    files: ({ one }) => ({
      a: config({ server: one, cluster: { ...UNVERIFIED, 'proxy-url': 'ftp://proxy' } }),
    }),
    sees: undefined,
  },
  ...[
    { env: { HTTPS_PROXY: 'PROXY' }, proxied: true },
    { env: { https_proxy: 'PROXY' }, proxied: true },
    { env: { HTTPS_PROXY: 'PROXY', NO_PROXY: 'other.test, pi.test,10.0.0.0/8' }, proxied: true },
    { env: { HTTPS_PROXY: 'PROXY', NO_PROXY: 'api.test:1' }, proxied: true },
    { env: { HTTP_PROXY: 'PROXY' }, proxied: false },
    { env: { HTTPS_PROXY: 'PROXY', NO_PROXY: 'test' }, proxied: false },
    { env: { HTTPS_PROXY: 'PROXY', NO_PROXY: '.test' }, proxied: false },
    { env: { HTTPS_PROXY: 'PROXY', no_proxy: 'x,API.test' }, proxied: false },
    { env: { HTTPS_PROXY: 'PROXY', NO_PROXY: '*' }, proxied: false },
  ].map(({ env, proxied }) => ({
    name: `a proxy of the environment: ${JSON.stringify(env)}`,
    files: ({ named }: Places) => ({ a: config({ server: named }) }),
    env: (proxy: string) =>
      Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replace('PROXY', proxy)])),
    sees: proxied ? { ...plain, proxied: true } : undefined,
  })),
  {
    name: 'a proxy of the environment, which is not used for loopback',
    files: ({ one }) => ({ a: config({ server: one }) }),
    env: (proxy) => ({ HTTPS_PROXY: proxy }),
    sees: plain,
  },
];

for (const { name, files, kubeconfig = 'a', env = () => ({}), sees } of sampleOf(CASES, 8)) {
  test(`podway and kubectl read a kubeconfig in the same way: ${name}`, async (t) => {
    await using scene = await Scene.set(t);
    if (scene === undefined) return;
    await scene.write(files(scene.places));
    const paths = kubeconfig.split(':').map((it) => (it === '' ? '' : scene.path(it)));
    const all = { KUBECONFIG: paths.join(':'), ...env(scene.proxyUrl) };
    const pluginInput = () => readFile(scene.path('bin/told'), 'utf8').then(JSON.parse, () => undefined);
    const withProxy = (seen: object | undefined) =>
      seen !== undefined && scene.proxied.length > 0 ? { ...seen, proxied: true } : seen;

    const theirs = withProxy(await scene.askKubectl(all));
    const inputOfKubectl = await pluginInput();
    await rm(scene.path('bin/told'), { force: true });
    const ours = withProxy(await scene.askPodway(all));
    assert.deepEqual(ours, theirs);
    assert.deepEqual(ours, sees);
    assert.deepEqual(await pluginInput(), inputOfKubectl);
  });
}
