import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runPodway } from './podway.ts';

const LIST = `process.on('exit', () => {
  const loaded = process.moduleLoadList.map((it) => it.split(' ').at(-1));
  process.stdout.write(JSON.stringify({ http: loaded.includes('http'), undici: loaded.filter((it) => it.includes('undici')) }));
});`;

test('podway serve loads node:http without undici, the fetch of Node.js', async () => {
  const { code, stdout, stderr } = await runPodway({
    // The folder does not exist, so podway ends as soon as it has loaded all its modules.
    env: {
      MANIFESTS: '/nonexistent',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(LIST)}`,
    },
  });
  assert.equal(code, 2, stderr);
  assert.deepEqual(JSON.parse(stdout), { http: true, undici: [] });
});
