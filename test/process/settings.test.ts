import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runPodway, startPodway } from './podway.ts';

interface Document {
  readonly settings: readonly { readonly name: string; readonly value: string; readonly from: string }[];
  readonly problems: readonly string[];
  readonly unknown: readonly { readonly name: string; readonly meant: string }[];
}

test('podway settings shows the values in force, and their sources', async () => {
  const env = {
    ADDRESS: '',
    ADMIN_ADDRESS: '',
    LOG_LEVEL: 'debug',
    POD_ACCESS: 'tunnel',
    OPERATOR_TOKEN_FILE: '/no/such/file',
    CLIENT_CA_FILE: '/etc/passwd',
    WORKERS: 'auto',
  };
  const { code, stdout, stderr } = await runPodway({ args: ['settings'], env });
  assert.deepEqual([code, stderr], [0, '']);
  const rows = new Map(
    stdout.split('\n').map((line) => {
      const [name = '', ...cells] = line.split(/ {3,}/);
      return [name, cells] as const;
    }),
  );
  assert.deepEqual(rows.get('SETTING'), ['VALUE', 'FROM']);
  assert.deepEqual(rows.get('LOG_LEVEL'), ['debug', 'environment']);
  assert.deepEqual(rows.get('KEEPALIVE_TIMEOUT')?.at(-1), 'default');
  assert.deepEqual(rows.get('ADDRESS'), ['127.0.0.1', 'POD_ACCESS']);
  assert.deepEqual(rows.get('OPERATOR_TOKEN_FILE'), ['/no/such/file', 'environment, file is missing']);
  assert.deepEqual(rows.get('CLIENT_CA_FILE'), ['/etc/passwd', 'environment, file is readable']);
  const long = stdout.split('\n').filter((line) => line.length > 80);
  assert.ok(long.length < 10, `most lines fit a terminal of 80 columns: ${long.join('\n')}`);
  assert.match(rows.get('WORKERS')?.[0] ?? '', /^auto \(\d+\)$/);
  assert.doesNotMatch(stdout, /root:/);
});

test('-o json and wide; parts of names; --changed', async () => {
  const env = { LOG_LEVEL: 'warn' };
  const json = await runPodway({ args: ['settings', '-o', 'json', 'log_level', 'keepalive'], env });
  const { settings, problems, unknown } = JSON.parse(json.stdout) as Document;
  assert.deepEqual(
    settings.map(({ name, value, from }) => [name, value, from]),
    [
      ['LOG_LEVEL', 'warn', 'environment'],
      ['KEEPALIVE_TIMEOUT', '75s', 'default'],
      ['UPSTREAM_KEEPALIVE_TIMEOUT', '4s', 'default'],
    ],
  );
  assert.deepEqual([problems, unknown], [[], []]);
  const wide = await runPodway({ args: ['settings', '-o', 'wide', '--changed', 'level'], env });
  assert.match(
    wide.stdout,
    /^SETTING +VALUE +FROM +DEFAULT +MEANING\nLOG_LEVEL +warn +environment +info +Minimum /,
  );
  const none = await runPodway({ args: ['settings', 'log_levl'] });
  assert.deepEqual(
    [none.code, none.stderr],
    [2, 'podway settings: no setting has log_levl in its name (did you mean LOG_LEVEL?)\n'],
  );
});

test('wrong settings are shown with their problems, and the exit code is 2; no secret in a URL is shown', async () => {
  const env = { PORT: 'abc', AUTH_SSO_URL: 'http://me:hidden1@sso/verify?token=hidden2#hidden3' };
  const { code, stdout, stderr } = await runPodway({ args: ['settings'], env });
  assert.equal(code, 2);
  assert.match(stdout, /^PORT +abc +environment$/m);
  assert.match(stdout, /^AUTH_SSO_URL +http:\/\/\.\.\.@sso\/verify\?\.\.\. +environment$/m);
  assert.match(stderr, /^podway settings: PORT="abc": expected a whole number/m);
  assert.doesNotMatch(stdout + stderr, /hidden/);
});

test('a variable that is nearly a setting is logged once by serve, and printed by check and settings', async () => {
  const env = { LOG_LEVL: 'debug', HOME_PORT: '1' };
  const line = 'LOG_LEVL is not a setting (did you mean LOG_LEVEL?)';
  await using podway = await startPodway({ env, manifests: {} });
  await podway.until(200);
  podway.kill('SIGTERM');
  const { stdout } = await podway.ended;
  const logged = '"variable":"LOG_LEVL","meant":"LOG_LEVEL","msg":"a variable is not a setting"';
  assert.equal(stdout.split(logged).length, 2, stdout);
  assert.doesNotMatch(stdout, /HOME_PORT/);
  const check = await runPodway({ args: ['check'], env });
  assert.deepEqual([check.code, check.stderr], [0, `podway: ${line}\n`]);
  const settings = await runPodway({ args: ['settings', 'port'], env });
  assert.deepEqual([settings.code, settings.stderr], [0, `podway settings: ${line}\n`]);
});
