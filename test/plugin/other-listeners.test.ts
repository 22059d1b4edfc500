import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import { run } from './plugin-scene.ts';
import { answering, StubListener } from './stub-listener.ts';

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
    answer: answering({ error: 'no page "/history"' }, 404),
    args: ['history'],
    complained:
      /has no page \/history: its podway is older than this one, or it is not an operator listener$/m,
  },
  'a listener that is not podway': { answer: status(404, '<html>'), complained: /has no page \/routes/ },
  'another program': { answer: status(200, '<html>'), complained: /the answer is not JSON: is it podway's/ },
  'a malformed document': { answer: answering(null), complained: /expected a route table/ },
  'a redirect, which is not followed': { answer: status(302, ''), complained: /the answer is 302/ },
  'a missing token': {
    answer: answering({ error: 'x' }, 401),
    complained: /requires a token: set --token-file FILE/,
  },
  'too many requests': {
    answer: answering({ error: 'too many questions at the same time' }, 503),
    complained: /too many questions at the same time$/m,
  },
  'a host that is not allowed': {
    answer: answering({ error: 'expected in Host: x' }, 403),
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
    answer: answering({ answers: [] }),
    args: ['tail'],
    complained: /the answer is not a stream of events/,
  },
  'a router without support for --at': {
    answer: answering({ outcome: { kind: 'forward' }, workers: [] }),
    args: ['explain', '--at', '7', 'http://a/'],
    complained: /does not explain past revisions/,
  },
};

for (const [name, { answer, args = ['routes'], complained }] of Object.entries(OTHERS)) {
  test(`${name} is reported in a line, exit code 2 (EX-14)`, async () => {
    await using listener = await StubListener.start(answer);
    const ended = await run([...args, '--url', listener.url]);
    assert.equal(ended.code, 2, ended.printed);
    assert.match(ended.complained, complained);
    assert.equal(ended.printed, '');
    assert.equal(ended.complained.trimEnd().split('\n').length, 1);
    assert.equal(listener.requests.length, 1);
  });
}

test('a newer router: unknown fields of its documents are left out (EX-14)', async () => {
  await using listener = await StubListener.start(
    answering({
      revision: 9,
      planet: { rings: true },
      routes: [{ host: 'a', path: '/', moon: 1, endpoints: [{ condition: 'gibbous', phase: {} }] }],
    }),
  );
  const { code, printed } = await run(['routes', '--url', listener.url]);
  assert.equal(code, 0);
  assert.match(printed, /^a +\/ +0\/1$/m);
});

test('a URL with a path; the token is read from a file, and no token is sent without one', async () => {
  await using listener = await StubListener.start(answering({ routes: [] }));
  const url = `${listener.url}/router/`;
  const env = { PODWAY_OPERATOR_TOKEN_FILE: '/nowhere/token' };
  assert.match(
    (await run(['routes', '--url', url], { env })).complained,
    /token file \/nowhere\/token cannot be read \(ENOENT\)/,
  );
  const file = new URL('stub-listener.ts', import.meta.url).pathname;
  assert.match(
    (await run(['routes', '--url', url, '--token-file', file])).complained,
    /has to hold one line/,
  );
  assert.equal((await run(['routes', '--url', url])).code, 0);
  assert.deepEqual(
    listener.requests.map((it) => [it.url, it.headers.authorization]),
    [['/router/routes', undefined]],
  );
});

test('no program listens there', async () => {
  const { code, complained } = await run(['answers', '--url', 'http://127.0.0.1:1']);
  assert.deepEqual(
    [code, /^podway answers: http:\/\/127\.0\.0\.1:1\/ cannot be reached: .*ECONNREFUSED/.test(complained)],
    [2, true],
  );
});
