import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import { run } from './plugin-scene.ts';
import { startWithAnswer, StubListener } from './stub-listener.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface OtherListener {
  readonly answer: Answer;
  readonly args?: readonly string[];
  readonly complained: RegExp;
}

const status =
  (code: number, body: string): Answer =>
  (_, response) =>
    void response.writeHead(code, { location: '/elsewhere' }).end(body);

const OTHERS: Readonly<Record<string, OtherListener>> = {
  'an older router': {
    answer: startWithAnswer({ error: 'no page "/history"' }, 404),
    args: ['history'],
    complained:
      /has no page \/history: its podway is older than this one, or it is not an operator listener$/m,
  },
  'a listener that is not podway': { answer: status(404, '<html>'), complained: /has no page \/routes/ },
  'another program': { answer: status(200, '<html>'), complained: /the answer is not JSON: is it podway's/ },
  'a malformed document': { answer: startWithAnswer(null), complained: /expected a route table/ },
  'a redirect, which is not followed': { answer: status(302, ''), complained: /the answer is 302/ },
  'a missing token': {
    answer: startWithAnswer({ error: 'x' }, 401),
    complained: /requires a token: set --token-file FILE/,
  },
  'too many requests': {
    answer: startWithAnswer({ error: 'too many questions at the same time' }, 503),
    complained: /too many questions at the same time$/m,
  },
  'a host that is not allowed': {
    answer: startWithAnswer({ error: 'expected in Host: x' }, 403),
    complained: /expected in Host/,
  },
  'a truncated answer': {
    answer: (_, response) => void response.writeHead(200).write('{"routes":[', () => response.destroy()),
    complained: /cannot be reached/,
  },
  'a connection that breaks': {
    answer: (request) => void request.socket.resetAndDestroy(),
    complained: /cannot be reached/,
  },
  'a malformed stream': {
    answer: startWithAnswer({ answers: [] }),
    args: ['tail'],
    complained: /the answer is not a stream of events/,
  },
  'a router without support for --at': {
    answer: startWithAnswer({ outcome: { kind: 'forward' }, workers: [] }),
    args: ['explain', '--at', '7', 'http://a/'],
    complained: /does not explain past revisions/,
  },
};

for (const [name, { answer, args = ['routes'], complained }] of Object.entries(OTHERS)) {
  test(`${name} is reported in a line, exit code 2 (EX-14)`, async () => {
    await using listener = await StubListener.start(answer);
    const ended = await run([...args, '--url', listener.url]);
    assert.equal(ended.code, 2, ended.stdout);
    assert.match(ended.stderr, complained);
    assert.equal(ended.stdout, '');
    assert.equal(ended.stderr.trimEnd().split('\n').length, 1);
    assert.equal(listener.requests.length, 1);
  });
}

test('a newer router: unknown fields of its documents are left out (EX-14)', async () => {
  await using listener = await StubListener.start(
    startWithAnswer({
      revision: 9,
      planet: { rings: true },
      routes: [{ host: 'a', path: '/', moon: 1, endpoints: [{ condition: 'gibbous', phase: {} }] }],
    }),
  );
  const { code, stdout } = await run(['routes', '--url', listener.url]);
  assert.equal(code, 0);
  assert.match(stdout, /^a +\/ +0\/1$/m);
});

test('a URL with a path; the token is read from a file, and no token is sent without one', async () => {
  await using listener = await StubListener.start(startWithAnswer({ routes: [] }));
  const url = `${listener.url}/router/`;
  const env = { PODWAY_OPERATOR_TOKEN_FILE: '/nowhere/token' };
  assert.match(
    (await run(['routes', '--url', url], { env })).stderr,
    /token file \/nowhere\/token cannot be read \(ENOENT\)/,
  );
  const file = new URL('stub-listener.ts', import.meta.url).pathname;
  assert.match((await run(['routes', '--url', url, '--token-file', file])).stderr, /has to hold one line/);
  assert.equal((await run(['routes', '--url', url])).code, 0);
  assert.deepEqual(
    listener.requests.map((it) => [it.url, it.headers.authorization]),
    [['/router/routes', undefined]],
  );
});

test('no program listens there', async () => {
  const { code, stderr } = await run(['answers', '--url', 'http://127.0.0.1:1']);
  assert.deepEqual(
    [code, /^podway answers: http:\/\/127\.0\.0\.1:1\/ cannot be reached: .*ECONNREFUSED/.test(stderr)],
    [2, true],
  );
});
