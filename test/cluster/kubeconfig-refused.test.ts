import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultKubeConfig } from '../../src/cluster/api/kubeconfig.ts';
import { openSource } from '../../src/cluster/open-source.ts';
import { SourceError } from '../../src/cluster/source.ts';
import { API_TIMEOUT, IDLE_TIMEOUT, SCOPE } from './recorded-source.ts';

// podway reports a problem of a kubeconfig before anything starts, and does not quote the kubeconfig, which may hold a
// token.

const GOOD = {
  clusters: [{ name: 'x', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'x', user: { token: 'hidden' } }],
  contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
  'current-context': 'x',
};
const user = (fields: object) => JSON.stringify({ ...GOOD, users: [{ name: 'x', user: fields }] });
const cluster = (fields: object) => JSON.stringify({ ...GOOD, clusters: [{ name: 'x', cluster: fields }] });
const exec = (fields: object) =>
  user({ exec: { command: 'x', apiVersion: 'client.authentication.k8s.io/v1', ...fields } });

const FILES: readonly (readonly [string, string, RegExp])[] = [
  ['no YAML', 'users: [{token: hidden', /^the kubeconfig .*config cannot be read: line 1, column \d+: /],
  ['a text', 'hidden', /cannot be read: expected a map$/],
  ['another kind', 'kind: Pod', /cannot be read: expected kind Config$/],
  ['another version', 'apiVersion: v2', /cannot be read: expected apiVersion v1$/],
  ['clusters that are a map', '{"clusters": {}}', /cannot be read: clusters is not a list$/],
  [
    'two users with the same name',
    JSON.stringify({ ...GOOD, users: [...GOOD.users, ...GOOD.users] }),
    /: two users are named x$/,
  ],
  [
    'no current context',
    JSON.stringify({ ...GOOD, 'current-context': '' }),
    /^the kubeconfig has no current context$/,
  ],
  ['an undefined context', JSON.stringify({ ...GOOD, contexts: [] }), /^the kubeconfig has no context x$/],
  [
    'an undefined cluster',
    JSON.stringify({ ...GOOD, clusters: [] }),
    /no current context that names a cluster$/,
  ],
  ['no URL', cluster({ server: 'nowhere' }), /not an http or https URL: nowhere$/],
  [
    'an unusable proxy',
    cluster({ server: 'https://x', 'proxy-url': 'hidden' }),
    /^the proxy URL of the API server is not /,
  ],
  ['a token that is a number', user({ token: 5 }), /^the user of the kubeconfig: token is not a string$/],
  [
    'groups that are a text',
    user({ as: 'a', 'as-groups': 'hidden' }),
    /^as-groups of the user is not a list of strings$/,
  ],
  ['a uid without a user', user({ 'as-uid': 'hidden' }), /but no as$/],
  ['a plugin without a command', exec({ command: '' }), /^exec of the user: expected a command$/],
  [
    'a plugin without a version',
    exec({ apiVersion: 'hidden' }),
    /^exec of the user: expected apiVersion client\./,
  ],
  [
    'a plugin for a terminal',
    exec({ interactiveMode: 'Always' }),
    /it requires a terminal \(interactiveMode Always\), which podway does not have$/,
  ],
  [
    'a plugin and a provider',
    user({
      exec: { command: 'x', apiVersion: 'client.authentication.k8s.io/v1' },
      'auth-provider': { name: 'oidc' },
    }),
    /has an exec and an auth-provider/,
  ],
];

async function opened(env: Readonly<Record<string, string>>): Promise<string> {
  const load = () => defaultKubeConfig(env);
  const kubernetes = { load, timeout: API_TIMEOUT, idleTimeout: IDLE_TIMEOUT };
  try {
    await openSource({ ...SCOPE, from: { kubernetes } });
    return 'opened';
  } catch (error) {
    assert.ok(error instanceof SourceError, String(error));
    return error.message;
  }
}

for (const [name, text, expected] of FILES) {
  test(`a kubeconfig is refused without a quotation of its contents: ${name}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'podway-kubeconfig-'));
    try {
      await writeFile(join(folder, 'config'), text);
      const message = await opened({ KUBECONFIG: join(folder, 'config') });
      assert.match(message, expected);
      assert.doesNotMatch(message, /hidden/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

test('without a kubeconfig there is no cluster; ~/.kube/config is the default', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'podway-kubeconfig-'));
  try {
    assert.match(
      await opened({ HOME: folder }),
      /^no cluster: KUBECONFIG is not set, there is no ~\/\.kube\/config, and podway does not run in a pod/,
    );
    assert.match(
      await opened({ HOME: folder, KUBECONFIG: join(folder, 'missing') }),
      /^no cluster: KUBECONFIG names .*\/missing, which is missing or empty, and podway does not run in a pod/,
    );
    await mkdir(join(folder, '.kube'));
    await writeFile(join(folder, '.kube/config'), JSON.stringify(GOOD));
    assert.equal(await opened({ HOME: folder }), 'opened');
    assert.match(await opened({ KUBECONFIG: folder }), /^the kubeconfig .* cannot be read \(EISDIR\)$/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
