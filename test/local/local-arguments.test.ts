import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLocalArguments } from '../../src/cli/local/local-arguments.ts';

const NONE = {
  namespace: undefined,
  allNamespaces: false,
  context: undefined,
  kubeconfig: undefined,
  settings: {},
  allowOrigins: [],
  command: undefined,
};
const command = (host: string, path: string, timeout: number, program: string, ...args: string[]) => ({
  ...NONE,
  command: { host, path, timeout, program, args },
});

const GOOD: readonly (readonly [line: string, expected: object])[] = [
  ['', NONE],
  ['-n shop --context dev --kubeconfig f', { ...NONE, namespace: 'shop', context: 'dev', kubeconfig: 'f' }],
  ['-A', { ...NONE, allNamespaces: true }],
  ['--port 1 --admin-port=2 --keys off', { ...NONE, settings: { PORT: '1', ADMIN_PORT: '2', KEYS: 'off' } }],
  ['--allow-origin a --allow-origin b', { ...NONE, allowOrigins: ['a', 'b'] }],
  ['--wait Shop.example.com -- npm test', command('shop.example.com', '/', 60_000, 'npm', 'test')],
  ['--wait a/b/c --wait-timeout 5m -- x -n -- y', command('a', '/b/c', 300_000, 'x', '-n', '--', 'y')],
  ['--wait a --wait-timeout 10 -- x', command('a', '/', 10_000, 'x')],
  ['--wait a --wait-timeout 500ms -- x', command('a', '/', 500, 'x')],
];

for (const [line, expected] of GOOD) {
  test(`podway local ${line}`, () => {
    assert.deepEqual(readLocalArguments(line.split(' ').filter((it) => it !== '')), expected);
  });
}

const BAD: readonly (readonly [line: string, problem: RegExp])[] = [
  ['shop', /only flags/],
  ['-n', /argument/],
  ['--nope', /Unknown option '--nope'/],
  ['-n a -A', /one of -n and -A/],
  ['-- npm test', /expected --wait HOST/],
  ['--wait a', /expected a command after --/],
  ['--wait /a -- x', /expected a host/],
  ['--wait http://a/b?c -- x', /expected a host/],
  ['--wait a?b -- x', /expected a host/],
  ['--wait a --wait-timeout 5d -- x', /expected a duration/],
  ['--wait a --wait-timeout 25h -- x', /expected a duration/],
  ['--wait a --wait-timeout -1s -- x', /argument|duration/],
];

for (const [line, problem] of BAD) {
  test(`podway local ${line} is refused`, () => {
    const read = readLocalArguments(line.split(' '));
    assert.ok(typeof read === 'object' && 'problem' in read);
    assert.match(read.problem, problem);
  });
}
