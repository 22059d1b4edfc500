import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCheckArguments } from '../../src/cli/what-if/check-arguments.ts';
import { runPodway } from '../process/podway.ts';

const MISUSES: readonly (readonly [args: string, problem: RegExp])[] = [
  ['k8s/', /^expected -f before k8s\/$/],
  ['-f', /^Option '-f, --filename <value>' argument missing/],
  ['--filename=', /^expected a file, a folder or - for -f$/],
  ['-f - -f -', /^stdin can be read once$/],
  ['-f a -o yaml', /^expected text or json for -o, not yaml$/],
  ['-o json', /^expected -f or --live with --output$/],
  ['-n shop', /^expected -f or --live with --namespace$/],
  ['-f a -A', /^expected --live with --all-namespaces$/],
  ['-f a --context b', /^expected --live with --context$/],
  ['-f a --kubeconfig b', /^expected --live with --kubeconfig$/],
  ['--live -R', /^expected -f with -R$/],
  ['--live -n Shop', /namespace/],
  ['--watch', /^Unknown option '--watch'/],
];

for (const [args, problem] of MISUSES) {
  test(`check is misused: ${args}`, () => {
    const read = readCheckArguments(args.split(' '));
    assert.ok(typeof read === 'object' && 'problem' in read, JSON.stringify(read));
    assert.match(read.problem, problem);
  });
}

test('flags are read', () => {
  assert.deepEqual(
    readCheckArguments('-f a -f - -R --live -n shop -A -o json --context c --kubeconfig k'.split(' ')),
    {
      files: ['a', '-'],
      recursive: true,
      live: true,
      namespace: 'shop',
      allNamespaces: true,
      output: 'json',
      context: 'c',
      kubeconfig: 'k',
    },
  );
});

test('misuse and bad settings end with exit code 2 and one line; help goes to stdout', async () => {
  const misused = await runPodway({ args: ['check', 'k8s/'] });
  assert.deepEqual(
    [misused.code, misused.stdout, misused.stderr],
    [2, '', 'podway check: expected -f before k8s/ (podway check --help)\n'],
  );
  const settings = await runPodway({ args: ['check', '-f', '.'], env: { PATH_MATCH: 'none' } });
  assert.equal(settings.code, 2);
  assert.match(settings.stderr, /^podway: .*PATH_MATCH/m);
  const help = await runPodway({ args: ['check', '--help'] });
  assert.equal(help.code, 0);
  assert.match(help.stdout, /^podway check -f FILE /m);
  const alone = await runPodway({ args: ['check'] });
  assert.deepEqual([alone.code, alone.stdout, alone.stderr], [0, 'settings: good\n', '']);
});
