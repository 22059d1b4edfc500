import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { ok } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';

const SET = 'set-request="X-Env: prod" set-response="X-Frame-Options: DENY" set-response="X-Robots: none"';

test('a field that is set is there once, whatever the client or the pod says', async () => {
  const answer = [ok('', 'x-frame-options: SAMEORIGIN', 'X_Frame_Options: ALLOW', 'X-Other: 1')];
  await using scene = await startScene({ pods: [{ name: 'o1', paths: `/ ${SET}`, answer }] });
  const response = await scene.exchange(get('/', 'X-ENV: dev', 'X_Env: dev', 'X.Env: dev', 'X-Other: 2'));
  const { lines } = (await scene.origin('o1').request(0)).head;
  assert.deepEqual(
    lines.filter((line) => /env|other/i.test(line)),
    ['X-Other: 2', 'X-Env: prod'],
  );
  assert.deepEqual(
    response.head.lines.filter((line) => /frame|other|robots/i.test(line)),
    ['X-Other: 1', 'X-Frame-Options: DENY', 'X-Robots: none'],
  );
});

test('a field that is dropped does not arrive, in no spelling', async () => {
  const answer = [ok('', 'Server: secret', 'X-Powered-By: php', 'X-Other: 1')];
  const paths = '/ drop-request=Cookie,X-Debug drop-response=server,x-powered-by';
  await using scene = await startScene({ pods: [{ name: 'o1', paths, answer }] });
  const response = await scene.exchange(get('/', 'cookie: a=b', 'X_Debug: 1', 'X-Other: 2'));
  const { lines } = (await scene.origin('o1').request(0)).head;
  assert.deepEqual(
    lines.filter((line) => /cookie|debug|other/i.test(line)),
    ['X-Other: 2'],
  );
  assert.deepEqual(
    response.head.lines.filter((line) => /server|powered|other/i.test(line)),
    ['X-Other: 1'],
  );
});
