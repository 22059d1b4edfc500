import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runPodway } from './podway.ts';
import { sampleOf } from '../fixtures/wide.ts';

/** The arguments, and the only line that podway prints. */
const MISUSES: readonly (readonly [string, string])[] = [
  ['serv', 'podway: unknown command "serv" (did you mean serve?); podway help lists the commands'],
  ['expl', 'podway: unknown command "expl" (did you mean explain?); podway help lists the commands'],
  ['fly', 'podway: unknown command "fly"; podway help lists the commands'],
  ['constructor', 'podway: unknown command "constructor"; podway help lists the commands'],
  ['fl\u001by', String.raw`podway: unknown command "fl\\u001by"; podway help lists the commands`],
  ['--hlep', 'podway: unknown option "--hlep" (did you mean --help?); podway help lists the commands'],
  ['--fast', 'podway: unknown option "--fast"; podway help lists the commands'],
  ['help serv', 'podway: unknown command "serv" (did you mean serve?); podway help lists the commands'],
  [
    'serve --admin-prt=1',
    'podway: podway serve takes no arguments; settings are environment variables (did you mean ADMIN_PORT?), podway settings lists them',
  ],
  [
    'serve now',
    'podway: podway serve takes no arguments; settings are environment variables, podway settings lists them',
  ],
  ['options all', 'podway: podway options takes no arguments'],
  [
    'exec --namspace shop web-1',
    "podway exec: Unknown option '--namspace' (did you mean --namespace?) (podway exec --help)",
  ],
  [
    'port-forward --addres ::1 web-1 80',
    "podway port-forward: Unknown option '--addres' (did you mean --address?) (podway port-forward --help)",
  ],
  [
    'explain --key-f=secret',
    "podway explain: Unknown option '--key-f' (did you mean --key-file?) (podway explain --help)",
  ],
  ['check --watch', "podway check: Unknown option '--watch' (podway check --help)"],
];

for (const [line, message] of sampleOf(MISUSES, 6)) {
  test(`podway ${JSON.stringify(line)}: one line names the nearest command or option`, async () => {
    const { code, stdout, stderr } = await runPodway({ args: line.split(' ') });
    assert.equal(stderr, `${message}\n`);
    assert.equal(stdout, '');
    assert.ok(code !== 0, String(code));
  });
}

test('podway without arguments prints what is missing, and the commands', async () => {
  const { code, stderr } = await runPodway({ args: [] });
  assert.equal(code, 2);
  assert.match(stderr, /^podway: no command\n\npodway: a Kubernetes edge router/);
  assert.match(stderr, /^ {2}serve  /m);
});

for (const [args, printed] of [
  [['help'], /^podway: a Kubernetes edge router[^]*^ {2}check  /m],
  [['--help'], /^podway: a Kubernetes edge router/],
  [['help', 'serve'], /^podway: a Kubernetes edge router/],
  [['serve', '-h'], /^podway: a Kubernetes edge router/],
  [['help', 'exec'], /^podway exec \[flags\] POD/],
  [['version'], /^\d+\.\d+\.\d+\n$/],
  [['--version'], /^\d+\.\d+\.\d+\n$/],
  [['serve', '-v'], /^\d+\.\d+\.\d+\n$/],
  [['settings', 'api_key_h'], /^SETTING +VALUE +FROM\nAPI_KEY_HEADER +X-ROUTING-API-KEY +default\n$/],
  [['options'], /^proto= {2}\(guard, such as proto=.+\)\n {4}Value: http, .+\.\n {4}Protocol of the port/],
  [['help', 'settings'], /^podway settings \[flags\]/],
] as const) {
  test(`podway ${args.join(' ')}`, async () => {
    const { code, stdout, stderr } = await runPodway({ args });
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, printed);
  });
}
