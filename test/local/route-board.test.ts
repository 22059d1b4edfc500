import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointCondition } from '../../src/boundary/delta.ts';
import { RouteBoard } from '../../src/cli/local/route-board.ts';
import type { ListedRoute } from '../../src/inventory/inventory.ts';

const WHOLE = 'http://127.0.0.1:9090/routes';

/** `web-1` is ready, `web-1:unready` is not. */
function route(name: string, ...pods: readonly string[]): ListedRoute {
  const at = name.indexOf('/');
  const endpoints = pods.map((it, number) => {
    const [pod = '', condition = 'ready'] = it.split(':');
    const facts = { uid: pod, namespace: 'shop', pod, address: '10.0.0.1', port: 1 };
    return { number, ...facts, condition: condition as EndpointCondition };
  });
  return { host: name.slice(0, at), path: name.slice(at), endpoints };
}

test('the board prints all routes first, then the changes', () => {
  const board = new RouteBoard(WHOLE);
  assert.deepEqual(
    board.update([route('shop.example.com/', 'web-1', 'web-2'), route('a/admin', 'admin-0:pending')]),
    ['shop.example.com/  web-1, web-2', 'a/admin            admin-0 (pending)'],
  );
  assert.deepEqual(
    board.update([
      route('shop.example.com/', 'web-1', 'web-2:unready'),
      route('a/admin', 'admin-0:pending'),
      route('b/', 'c'),
    ]),
    ['  shop.example.com/  web-1, web-2 (unready)', '+ b/  c'],
  );
  assert.deepEqual(board.update([route('b/', 'c')]), ['- shop.example.com/', '- a/admin']);
  assert.deepEqual(board.update([route('b/', 'c')]), []);
  assert.deepEqual(board.update([route('b/')]), ['  b/  no pod']);
});

test('the board prints one line while there is no route', () => {
  assert.deepEqual(new RouteBoard(WHOLE).update([]), [
    'no pod declares a host yet: new routes are printed here',
  ]);
});

test('the board limits the number and the length of its lines to those of a screen', () => {
  const board = new RouteBoard(WHOLE);
  const many = Array.from({ length: 200 }, (_, at) =>
    route(`h${at}/`, ...Array.from({ length: 100 }, (_, it) => `pod-${it}`)),
  );
  const table = board.update(many);
  assert.equal(table.length, 51);
  assert.equal(table.at(-1), `and 150 more: ${WHOLE}`);
  assert.match(table[0] ?? '', /pod-5, 94 more$/);
  assert.deepEqual(board.update([]).slice(-1), [`and 180 more: ${WHOLE}`]);
  const [long = ''] = new RouteBoard(WHOLE).update([
    route(`${'x'.repeat(253)}/`, `\u001b[2J${'y'.repeat(300)}`),
  ]);
  assert.match(long, /^[\x20-\x7e]{1,140}$/);
});
