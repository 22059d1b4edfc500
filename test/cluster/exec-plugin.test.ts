import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { execPlugin } from '../../src/cluster/api/kubeconfig/exec-plugin.ts';
import { Login } from '../../src/cluster/api/kubeconfig/login.ts';
import { SourceError } from '../../src/cluster/source.ts';

const API_VERSION = 'client.authentication.k8s.io/v1';
const USER = { name: 'x' };

/** An exec plugin for a login, a shell script next to the kubeconfig; the test deletes it. */
class Plugin {
  readonly #folder: string;
  readonly login: Login;

  constructor(folder: string) {
    this.#folder = folder;
    const user = { fields: { exec: { apiVersion: API_VERSION, command: './login' } }, directory: folder };
    const plugin = execPlugin(user, {}, { PATH: process.env['PATH'] });
    this.login = new Login({ token: undefined, tokenFile: undefined, basic: undefined, plugin });
  }

  static async create(script: string): Promise<Plugin> {
    const folder = await mkdtemp(join(tmpdir(), 'podway-plugin-'));
    await writeFile(join(folder, 'login'), `#!/bin/sh\necho run >> "$(dirname "$0")/runs"\n${script}\n`, {
      mode: 0o755,
    });
    return new Plugin(folder);
  }

  async runs(): Promise<number> {
    return (await readFile(join(this.#folder, 'runs'), 'utf8')).split('\n').length - 1;
  }

  async apply(): Promise<RequestOptions> {
    const request: RequestOptions = {};
    await this.login.applyAuthentication(USER, request);
    return request;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}

function prints(status: object): string {
  return `echo '${JSON.stringify({ apiVersion: API_VERSION, kind: 'ExecCredential', status })}'`;
}

const KEPT: readonly (readonly [string, object, number])[] = [
  ['forever', {}, 1],
  ['until it expires', { expirationTimestamp: '2100-01-01T00:00:00Z' }, 1],
  ['not when it has expired', { expirationTimestamp: '2000-01-01T00:00:00Z' }, 3],
];

for (const [name, more, runs] of KEPT) {
  test(`the credential of a plugin is kept ${name}`, async () => {
    await using plugin = await Plugin.create(prints({ token: 'secret', ...more }));
    for (let round = 0; round < 3; round += 1) {
      assert.deepEqual((await plugin.apply()).headers, { Authorization: 'Bearer secret' });
    }
    assert.equal(await plugin.runs(), runs);
  });
}

test('a plugin may return a certificate', async () => {
  await using plugin = await Plugin.create(prints({ clientCertificateData: 'cert', clientKeyData: 'key' }));
  assert.deepEqual(await plugin.apply(), { cert: 'cert', key: 'key' });
});

const FAILURES: readonly (readonly [string, string, RegExp])[] = [
  [
    'it fails',
    'echo "no login: run acme login" >&2; echo hidden; exit 3',
    /login ended with code 3: no login: run acme login$/,
  ],
  ['a signal ends it', 'kill -9 $$', /login was ended by SIGKILL$/],
  ['no JSON', 'echo hidden', /^$/],
  ['no credential', 'echo \'{"token":"hidden"}\'', /login printed no ExecCredential$/],
  [
    'an ExecCredential without a credential',
    prints({}),
    /login printed neither a token nor a certificate with its key$/,
  ],
  [
    'a certificate without its key',
    prints({ token: 'hidden', clientCertificateData: 'hidden' }),
    /neither a token nor/,
  ],
  ['too much', 'head -c 2000000 /dev/zero', /login cannot be run \(ERR_CHILD_PROCESS_STDIO_MAXBUFFER\)$/],
];

for (const [name, script, expected] of FAILURES) {
  test(`a plugin without a result is reported without its output, and is run again: ${name}`, async () => {
    await using plugin = await Plugin.create(script);
    for (let round = 0; round < 2; round += 1) {
      await assert.rejects(
        () => plugin.apply(),
        (error) =>
          (error instanceof SourceError || error instanceof SyntaxError) && expected.test(error.message),
      );
    }
    assert.equal(await plugin.runs(), 2);
  });
}

test('a missing plugin is reported', async () => {
  const user = { fields: { exec: { apiVersion: API_VERSION, command: 'no-such-plugin' } }, directory: '/' };
  const plugin = execPlugin(user, {}, { PATH: process.env['PATH'] });
  const login = new Login({ token: undefined, tokenFile: undefined, basic: undefined, plugin });
  await assert.rejects(
    () => login.applyAuthentication(USER, {}),
    /^SourceError: no-such-plugin cannot be run \(ENOENT\)$/,
  );
});
