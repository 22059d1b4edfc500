import assert from 'node:assert/strict';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { RunningCommand } from '../../src/cli/local/running-command.ts';
import { notServedReason } from '../../src/cli/local/not-served-reason.ts';

function run(program: string, args: readonly string[], atTerminal = false) {
  const printed: string[] = [];
  const command = new RunningCommand({ program, args, env: process.env, atTerminal }, (text) =>
    printed.push(text),
  );
  return { command, printed };
}

const ENDS: readonly (readonly [name: string, line: readonly string[], code: number, printed?: string])[] = [
  ['success', ['true'], 0],
  ['its exit code', ['sh', '-c', 'exit 7'], 7],
  ['a signal', ['sh', '-c', 'kill -KILL $$'], 137],
  ['no such program', ['no-such-program'], 127, 'no-such-program cannot be started (ENOENT)'],
  ['no program', ['/dev/null'], 126, '/dev/null cannot be started (EACCES)'],
];

for (const [name, [program = '', ...args], code, why] of ENDS) {
  test(`the exit code of a command: ${name} (LO-08)`, async () => {
    const { command, printed } = run(program, args);
    assert.equal(await command.ended, code);
    assert.deepEqual(printed, why === undefined ? [] : [why]);
  });
}

test('signals are passed on, except those of a terminal, which the command gets from the terminal directly (LO-08)', async () => {
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) {
    const { command } = run('sleep', ['60']);
    command.pass(signal);
    assert.equal(await command.ended, { SIGINT: 130, SIGHUP: 129, SIGTERM: 143 }[signal]);
  }
  const { command } = run('sleep', ['60'], true);
  command.pass('SIGINT');
  command.pass('SIGHUP');
  command.pass('SIGTERM');
  assert.equal(await command.ended, 143);
});

test('a command that does not end with its router is killed (LO-08)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'podway-command-'));
  const watcher = watch(folder);
  const changed = once(watcher, 'change');
  const { command } = run('sh', ['-c', `trap '' TERM; : > ${join(folder, 'deaf')}; exec sleep 60`]);
  await changed;
  watcher.close();
  await command.end(50);
  assert.equal(await command.ended, 137);
  await rm(folder, { recursive: true });
});

const WAITED = { host: 'a.example.com', path: '/x', timeout: 1_500 };
const READY = { draining: false, syncedRevision: 1, kinds: [], workers: [], notes: [] };
const FACTS = { number: 1, uid: 'u', namespace: 'shop', address: '', port: 1 };

test('the reason why a command did not run is printed (LO-08)', () => {
  const start = 'a.example.com/x is not served after 1.5 s: ';
  assert.equal(notServedReason(WAITED, undefined, READY), `${start}no pod declares it`);
  const endpoints = [
    { ...FACTS, pod: 'a-1', condition: 'unready' },
    { ...FACTS, pod: 'a-2\u001b', condition: 'pending' },
  ] as const;
  const route = { host: 'a.example.com', path: '/', endpoints };
  assert.equal(
    notServedReason(WAITED, route, READY),
    `${start}none of its pods is ready: a-1 (unready), a-2\\u001b (pending)`,
  );
  const away = {
    ...READY,
    syncedRevision: undefined,
    kinds: ['pods', 'secrets'],
    notes: ['pods are not followed'],
  };
  assert.equal(
    notServedReason(WAITED, undefined, away),
    `${start}pods and secrets have not both been listed yet; pods are not followed`,
  );
});
