import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { terminals } from '../fixtures/kubernetes-api/streams/terminals.ts';
import { pod } from '../cluster/objects.ts';
import { type TerminalSession, SessionScene } from './session-scene.ts';

const SKIP = typeof terminals === 'string' ? terminals : false;

/** The output of the shell after podway: its exit code, and whether the terminal is in line mode again. */
const AFTER =
  'code=$?; stty -a | tr " ;" "\\n\\n" | grep -x -e "-*icanon" -e "-*echo" -e "-*opost"; echo "code $code"';

/** Waits in the pod until `stty size` prints this size. */
const sized = (size: string) => `until [ "$(stty size)" = "${size}" ]; do sleep 0.01; done; echo is ${size}`;

async function podwayIn(terminal: TerminalSession): Promise<number> {
  const children = await readFile(`/proc/${terminal.pid}/task/${terminal.pid}/children`, 'utf8');
  return Number(children.trim().split(' ')[0]);
}

test('the terminal of the pod has the size of the local one, also after a change, and every key reaches the pod (TT-10)', {
  skip: SKIP,
}, async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  const trap =
    'trap "echo interrupted; exit 9" INT; echo ready; stty -opost; printf "bare\\nfeed"; while :; do sleep 0.01; done';
  const terminal = scene.terminal(
    `podway exec -it a -- sh -c '${sized('33 111')}; ${sized('24 80')}; ${trap}'; ${AFTER}`,
  );
  await terminal.waitFor('is 33 111');
  terminal.resize(80, 24);
  await terminal.waitFor('is 24 80');
  await terminal.waitFor('ready\r\nbare\nfeed');
  terminal.type('\x03');
  await terminal.waitFor('interrupted');
  await terminal.ended;
  assert.match(terminal.seen(), /opost\r\nicanon\r\necho\r\ncode 9\r\n$/);
});

test('attach to a terminal redraws it with the size of the local one', { skip: SKIP }, async () => {
  await using scene = await SessionScene.set();
  // The terminal of the pod has the same size already.
  const script = 'stty rows 33 cols 111; trap "stty size" WINCH; while :; do sleep 0.01; done';
  scene.run('a', { command: ['sh', '-c', script], tty: true, stdin: true });
  const terminal = scene.terminal(`podway attach -it a; ${AFTER}`);
  await terminal.waitFor('33 111\r\n');
  assert.match(terminal.seen(), /^podway attach: press Enter if there is no prompt\r\n/);
  process.kill(await podwayIn(terminal), 'SIGTERM');
  await terminal.ended;
});

test('SIGTERM restores the terminal (TT-12)', { skip: SKIP }, async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  const terminal = scene.terminal(
    `podway exec -it a -- sh -c 'printf "\\033[?25l"; echo ready; sleep 1000'; ${AFTER}`,
  );
  await terminal.waitFor('ready');
  process.kill(await podwayIn(terminal), 'SIGTERM');
  await terminal.ended;
  assert.ok(
    terminal.seen().lastIndexOf('\x1b[?25h') > terminal.seen().indexOf('\x1b[?25l'),
    'the cursor is shown',
  );
  assert.match(terminal.seen(), /opost\r\nicanon\r\necho\r\ncode 143\r\n$/);
});

test('the deletion of the pod restores the terminal (TT-11, TT-12)', { skip: SKIP }, async () => {
  await using scene = await SessionScene.set();
  scene.run('a');
  const terminal = scene.terminal(`podway exec -it a -- sh -c 'echo ready; sleep 1000'; ${AFTER}`);
  await terminal.waitFor('ready');
  scene.api.delete(pod('a'));
  await terminal.ended;
  assert.match(
    terminal.seen(),
    /podway exec: pod default\/a was deleted\r\nopost\r\nicanon\r\necho\r\ncode 125\r\n$/,
  );
});
