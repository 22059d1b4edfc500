import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { SessionScene } from './session-scene.ts';

const ECHO = { command: ['sh', '-c', 'while read line; do echo "got $line"; done'], stdin: true };

test('podway attach joins the main process, which continues after it ends', async () => {
  await using scene = await SessionScene.set();
  scene.run('a', ECHO);
  for (const word of ['one', 'two']) {
    const [input, stdout, signals] = [new PassThrough(), new PassThrough(), new Map<string, () => void>()];
    const ending = scene.runInProcess(['attach', '-i', 'a'], { input, stdout, signals });
    const stream = await scene.api.untilStreaming('pods/attach');
    input.write(`${word}\n`);
    const { promise: line, resolve } = Promise.withResolvers<string>();
    stdout.on('data', (bytes: Buffer) => resolve(bytes.toString()));
    assert.equal(await withTimeout(line, 'the echo'), `got ${word}\n`);
    signals.get('SIGINT')?.();
    assert.equal((await ending).code, 130);
    await stream.socket.closed;
  }
});

test('when the main process ends, podway attach has all of its output', async () => {
  await using scene = await SessionScene.set();
  scene.run('a', { command: ['sh', '-c', 'read line; echo "last $line"; echo bad >&2'], stdin: true });
  const { code, stdout, stderr } = await scene.runInProcess(['attach', '-i', 'a'], { input: 'word\n' });
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'last word\n', stderr: 'bad\n' });
});

test('podway attach -t to a container without a terminal', async () => {
  await using scene = await SessionScene.set();
  scene.run('a', { name: 'main', command: ['sh', '-c', 'read line'], stdin: true });
  const { code, messages } = await scene.runInProcess(['attach', '-it', 'a'], { input: '\n' });
  assert.deepEqual([code, messages], [0, 'podway attach: container main has no terminal\n']);
});
