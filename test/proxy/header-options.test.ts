import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { ok } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';

const SET = 'set-request="X-Env: prod" set-response="X-Frame-Options: DENY" set-response="X-Robots: none"';

test('a field that an option sets occurs once, regardless of what the client and the pod send (HE-03)', async () => {
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

test('a dropped field does not arrive, in any spelling', async () => {
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

test("the router's own answers for a route have the fields that options set on its responses, once each", async () => {
  const words =
    'set-response="X-Frame-Options: DENY" set-response="Strict-Transport-Security: max-age=1" set-response="Content-Type: text/html"';
  await using scene = await startScene({
    pods: [
      { name: 'o1', paths: `/ methods=GET ${words}`, refuses: true },
      { name: 'o2', paths: `/idle ${words}`, condition: 'unready' },
    ],
  });
  for (const [target, method, reason] of [
    ['/', 'GET', 'connect-refused'],
    ['/', 'PUT', 'method-not-allowed'],
  ] as const) {
    const response = await scene.exchange(`${method} ${target} HTTP/1.1\r\nHost: t.local\r\n\r\n`);
    assert.equal(response.value('x-podway-reason'), reason);
    assert.deepEqual(response.values('x-frame-options'), ['DENY']);
    assert.deepEqual(response.values('strict-transport-security'), ['max-age=1']);
    assert.deepEqual(response.values('content-type'), ['text/plain']);
  }
  // No ready pod, so no option applies.
  assert.deepEqual((await scene.exchange(get('/idle'))).values('x-frame-options'), []);
});

const FINAL: Readonly<Record<string, string>> = {
  '304': 'HTTP/1.1 304 Not Modified\r\n\r\n',
  '204': 'HTTP/1.1 204 No Content\r\n\r\n',
  '200':
    'HTTP/1.1 103 Early Hints\r\nX-Frame-Options: NO\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
};

for (const [status, answer] of Object.entries(FINAL)) {
  test(`options set fields on final responses only: ${status} (HE-05)`, async () => {
    const paths = '/ set-response="X-Frame-Options: DENY"';
    await using scene = await startScene({ pods: [{ name: 'o1', paths, answer: [answer] }] });
    using client = await scene.client();
    await client.send(get('/'));
    const frames = async () => (await client.head()).lines.filter((it) => /frame/i.test(it));
    if (status === '200') assert.deepEqual(await frames(), ['X-Frame-Options: NO']);
    assert.deepEqual(await frames(), ['X-Frame-Options: DENY']);
  });
}

test('Connection of a client cannot remove a field that is set (HE-07)', async () => {
  const paths = '/ set-request="X-Env: prod"';
  await using scene = await startScene({ pods: [{ name: 'o1', paths }] });
  await scene.exchange(get('/', 'Connection: x-env, x-forwarded-for', 'X-Env: dev'));
  const { lines } = (await scene.origin('o1').request(0)).head;
  assert.deepEqual(
    lines.filter((line) => /env|forwarded-for/i.test(line)),
    ['X-Forwarded-For: 127.0.0.1', 'X-Env: prod'],
  );
});
