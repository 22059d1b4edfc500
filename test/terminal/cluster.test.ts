import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Fault } from '../fixtures/kubernetes-api/fault.ts';
import { terminals } from '../fixtures/kubernetes-api/streams/terminals.ts';
import { type RefusalReason, REFUSALS } from '../../src/terminal/rules/reasons.ts';
import { serveTerminals } from '../../src/cli/serve-terminals.ts';
import { loadConfig } from '../../src/config/load.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { LogLines } from '../fixtures/log-lines.ts';
import { ClusterScene, USER_RULES, USER_TOKEN } from './cluster-scene.ts';
import { askForTicket, PageClient, useTicket } from './page-client.ts';

const skip = typeof terminals === 'string' ? terminals : false;
const POD = { namespace: 'default', pod: 'a' };
const USER = `Bearer ${USER_TOKEN}`;
const SECRETS = /token-of-/;

interface Refused {
  readonly name: string;
  readonly token?: string;
  readonly body: unknown;
  readonly reason: RefusalReason;
  readonly message: RegExp;
}

const REFUSED: readonly Refused[] = [
  {
    name: 'an unknown token (TT-16)',
    token: 'guessed',
    body: POD,
    reason: 'unauthorized',
    message: /^the API server does not accept this token$/,
  },
  {
    name: "podway's own token, whose account may not enter any pod (TT-19)",
    token: 'token-of-podway',
    body: POD,
    reason: 'forbidden',
    message: /^this user may not create pods\/exec of default\/a$/,
  },
  {
    name: 'a namespace in which the user has no right (TT-19)',
    body: { namespace: 'other', pod: 'a' },
    reason: 'forbidden',
    message: /^this user may not create pods\/exec of other\/a$/,
  },
  {
    name: 'a command that is not allowed',
    body: { ...POD, command: ['cat', '/etc/shadow'] },
    reason: 'command',
    message: /^only shell, attach, sh -c exit, cat may be run here$/,
  },
  { name: 'no object', body: [], reason: 'bad-request', message: /^expected a JSON object$/ },
  { name: 'no pod', body: { namespace: 'default' }, reason: 'bad-request', message: /name of a pod/ },
  {
    name: 'names that would change the path',
    body: { namespace: 'default', pod: '../../nodes' },
    reason: 'bad-request',
    message: /not a DNS name/,
  },
  {
    name: 'an unknown field',
    body: { ...POD, user: 'root' },
    reason: 'bad-request',
    message: /^expected no other fields than namespace, pod,/,
  },
  {
    name: 'a command and attach',
    body: { ...POD, command: ['cat'], attach: true },
    reason: 'bad-request',
    message: /not both$/,
  },
  {
    name: 'a command as text',
    body: { ...POD, command: 'cat' },
    reason: 'bad-request',
    message: /list of strings as command$/,
  },
  {
    name: 'a word with NUL',
    body: { ...POD, command: ['cat', 'a\0b'] },
    reason: 'bad-request',
    message: /list of strings as command$/,
  },
  {
    name: 'a command of 5,000 bytes',
    body: { ...POD, command: ['x'.repeat(5_000)] },
    reason: 'bad-request',
    message: /4096 bytes/,
  },
  {
    name: 'a body of 20,000 bytes',
    body: { ...POD, container: 'x'.repeat(20_000) },
    reason: 'bad-request',
    message: /at most 16384 bytes$/,
  },
];

const FAULTS: readonly { readonly name: string; readonly fault: Fault; readonly reason: RefusalReason }[] = [
  { name: 'reviews fail (TT-19)', fault: { kind: 'status', code: 500 }, reason: 'api' },
  { name: 'reviews are forbidden (TT-19)', fault: { kind: 'status', code: 403 }, reason: 'forbidden' },
  { name: 'reviews are no JSON (TT-19)', fault: { kind: 'body', text: 'yes' }, reason: 'api' },
  {
    name: 'reviews have no result (TT-19)',
    fault: { kind: 'body', text: '{"status":{"allowed":"true"}}' },
    reason: 'forbidden',
  },
];

test('terminals in a cluster, for users with a token', { skip }, async (t) => {
  await using scene = await ClusterScene.start({
    TERMINAL_COMMANDS: 'shell, attach, sh -c exit, cat',
    TERMINAL_PER_USER: '2',
    AUDIT_ARGV: 'on',
    AUDIT_LOG: 'json',
  });
  const { port, api } = scene;
  const check = async ({ token = USER_TOKEN, body, reason, message }: Omit<Refused, 'name'>) => {
    const answer = await askForTicket(port, token, body as object);
    const shown = JSON.parse(answer.body) as { reason: string; message: string };
    assert.deepEqual([answer.status, shown.reason], [REFUSALS[reason], reason], shown.message);
    assert.match(shown.message, message);
    assert.doesNotMatch(answer.body, SECRETS);
  };
  for (const { name, ...row } of REFUSED) await t.test(name, () => check(row));
  for (const { name, fault, reason } of FAULTS) {
    await t.test(name, async () => {
      api.injectFault({ resource: 'selfsubjectaccessreviews', times: 2 }, fault);
      await check({ body: POD, reason, message: /./ });
      api.clearFaults();
    });
  }
  await t.test(
    'the API server refuses the stream after an allowed review: its decision counts (TT-19)',
    async () => {
      api.injectFault({ resource: 'pods/exec', times: 2 }, { kind: 'status', code: 403 });
      using page = await PageClient.enter(port, USER_TOKEN, { ...POD, command: ['cat'] });
      const { status } = await page.ended();
      assert.equal(status?.['reason'], 'refused');
      assert.match(String(status?.['detail']), /grant .*pods\/exec/);
      api.clearFaults();
    },
  );
  await t.test('more terminals than a user may have (TT-21)', async () => {
    using one = await PageClient.enter(port, USER_TOKEN, { ...POD, command: ['cat'] });
    await one.opened();
    const { ticket } = JSON.parse((await askForTicket(port, USER_TOKEN, POD)).body) as { ticket: string };
    await check({ body: POD, reason: 'per-user', message: /has 2 terminals, and the maximum is 2/ });
    await useTicket(port, ticket, { origin: 'http://evil.example' });
    assert.equal(
      (await useTicket(port, ticket)).status,
      101,
      'a page of another origin does not use up the ticket',
    );
  });
  await t.test('a right that was revoked a moment ago (TT-20)', async () => {
    api.users.set(USER_TOKEN, { name: 'jane', rules: USER_RULES.slice(0, 1) });
    await check({ body: POD, reason: 'forbidden', message: /may not create/ });
  });
  const metrics = await scene.metrics();
  assert.match(metrics, /^podway_terminal_refused_total\{reason="per-user"\} 1$/m);
  assert.match(metrics, /^podway_terminal_refused_total\{reason="origin"\} 1$/m);
  assert.match(metrics, /^podway_terminal_ended_total\{reason="refused"\} 1$/m);
  assert.deepEqual(scene.audit()[0]?.['command'], ['cat']);
  const audited = scene.audit('audit');
  assert.ok(
    audited.some(({ stage, reason, client }) => stage === 'refused' && reason === 'per-user' && client),
  );
  await t.test(
    'the token of a user opens a terminal in a pod that podway may not enter, and the page gets the reason of its end (TT-17, TT-25)',
    async () => {
      api.users.set(USER_TOKEN, { name: 'jane', rules: USER_RULES });
      await opensAndDrains(scene);
    },
  );
});
/** One terminal, from the request of the page to the end of podway. */
async function opensAndDrains(scene: ClusterScene): Promise<void> {
  scene.api.clearRequests();
  using page = await PageClient.enter(scene.port, USER_TOKEN, { ...POD, columns: 90, rows: 30 });
  await page.opened();
  await scene.api.untilRequested(({ authorization, query }) => query.has('watch') && authorization === USER);
  page.type('stty size\r');
  await page.waitFor('\n30 90');
  const byUser = scene.api.requests.filter(({ authorization }) => authorization === USER);
  const asked = new Set(byUser.map(({ path }) => path.split('/').at(-1)));
  assert.deepEqual(asked, new Set(['selfsubjectreviews', 'selfsubjectaccessreviews', 'a', 'exec', 'pods']));
  assert.deepEqual(
    scene.api.requests.filter((it) => !byUser.includes(it)).map(({ path }) => path),
    [],
    'podway sends no request with credentials of its own',
  );
  assert.match(await scene.metrics(), /^podway_terminal_sessions 1$/m);

  scene.podway.kill('SIGTERM');
  const { code, status } = await page.ended();
  assert.deepEqual([code, status?.['reason']], [1001, 'shutdown']);
  assert.match(page.warnings.join(), /^podway stops: this terminal ends in 1 s\.$/);
  const ended = await scene.podway.ended;
  assert.equal(ended.code, 0, ended.stderr);
  // The end of the previous terminal may be logged after the beginning of this one.
  const began = scene.audit().findLast(({ msg }) => msg === 'terminal began') ?? {};
  const end = scene.audit().findLast(({ msg }) => msg === 'terminal ended') ?? {};
  const { time: _, level, terminal, ...subject } = began;
  assert.deepEqual(
    [level, subject],
    [
      'info',
      {
        user: 'jane',
        namespace: 'default',
        pod: 'a',
        program: 'shell',
        readOnly: false,
        msg: 'terminal began',
      },
    ],
  );
  assert.equal(end['terminal'], terminal);
  assert.deepEqual(
    [end['msg'], end['reason'], end['input'], end['refusedMessages']],
    ['terminal ended', 'shutdown', 10, 0],
  );
  assert.ok(Number(end['output']) > 10 && Number(end['duration']) > 0);
  const ofAudit = scene.audit('audit').filter((line) => line['terminal'] === terminal);
  assert.deepEqual(
    ofAudit.map(({ stage, user, pod, reason, bytes_input }) => [stage, user, pod, reason, bytes_input]),
    [
      ['began', 'jane', 'a', undefined, undefined],
      ['ended', 'jane', 'a', 'shutdown', 10],
    ],
  );
  assert.doesNotMatch(ended.stdout + ended.stderr + JSON.stringify(page.statuses), SECRETS);
  assert.doesNotMatch(
    JSON.stringify(ofAudit),
    /stty|30 90/,
    'the audit log has no text that was typed or shown',
  );
}

interface Wrong {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly line: RegExp;
}

const WRONG: readonly Wrong[] = [
  {
    name: 'an address that other machines reach',
    env: { TERMINAL_ADDRESS: '0.0.0.0', TERMINAL_PORT: '9443' },
    line: /^TERMINAL_ADDRESS="0\.0\.0\.0": expected a loopback address \(127\.0\.0\.0\/8 or ::1\), or TERMINAL_CERTIFICATE to be set: tokens are not sent without TLS$/,
  },
  {
    name: 'an address that other machines reach, with TLS and without an origin',
    env: {
      TERMINAL_ADDRESS: '::',
      TERMINAL_PORT: '9443',
      TERMINAL_CERTIFICATE: 'default',
      TLS_CERTIFICATES: '/certificates',
    },
    line: /^TERMINAL_ORIGINS="": expected the origins at which browsers reach TERMINAL_ADDRESS, such as https:\/\/terminals\.example\.com$/,
  },
  {
    name: 'a certificate without a folder',
    env: { TERMINAL_PORT: '9443', TERMINAL_CERTIFICATE: 'default' },
    line: /^TERMINAL_CERTIFICATE="default": expected TLS_CERTIFICATES to be set, too: the folder that holds it$/,
  },
  {
    name: 'origins and no certificate',
    env: { TERMINAL_PORT: '9443', TERMINAL_ORIGINS: 'https://terminals.example' },
    line: /^TERMINAL_ORIGINS="https:\/\/terminals\.example": expected TERMINAL_CERTIFICATE to be set, too: these are served over TLS only$/,
  },
  {
    name: 'an origin without TLS',
    env: { TERMINAL_PORT: '9443', TERMINAL_ORIGINS: 'https://a.example, http://b.example' },
    line: /^TERMINAL_ORIGINS="https:\/\/a\.example, http:\/\/b\.example": expected up to 100 origins such as https:\/\/terminals\.example\.com, separated by commas$/,
  },
  {
    name: 'a folder of manifests',
    env: { TERMINAL_PORT: '9443', MANIFESTS: 'folder' },
    line: /^TERMINAL_PORT="9443": expected a cluster, not MANIFESTS=/,
  },
  {
    name: 'the port of another listener',
    env: { TERMINAL_PORT: '9090' },
    line: /^TERMINAL_PORT="9090": expected another port than ADMIN_PORT="9090"$/,
  },
  {
    name: 'more terminals for a user than in total',
    env: { TERMINAL_PER_USER: '51' },
    line: /^TERMINAL_PER_USER="51": expected no more than TERMINAL_SESSIONS="50"$/,
  },
  {
    name: 'an empty command',
    env: { TERMINAL_COMMANDS: 'shell,,sh' },
    line: /^TERMINAL_COMMANDS="shell,,sh": expected commands separated by commas/,
  },
];

for (const { name, line, env } of WRONG) {
  test(`podway does not start with TERMINAL_PORT and ${name}`, () => {
    const loaded = loadConfig(env);
    assert.match('problems' in loaded ? loaded.problems.join('\n') : '', line);
  });
}

test('podway does not start with TERMINAL_PORT and an API server without TLS, to which no token can be sent', async () => {
  await using api = await KubernetesApi.start();
  const file = join(await mkdtemp(join(tmpdir(), 'podway-')), 'config');
  await writeFile(file, api.kubeconfig());
  const env = { TERMINAL_PORT: '9443', KUBECONFIG: file };
  const loaded = loadConfig(env);
  assert.ok('config' in loaded);
  await assert.rejects(serveTerminals(loaded.config, env, new LogLines().logger, undefined), {
    name: 'SourceError',
    message: 'TERMINAL_PORT: expected an API server with https, to which tokens can be sent',
  });
});
