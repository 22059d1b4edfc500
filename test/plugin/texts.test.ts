import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columns } from '../../src/cli/operator/columns.ts';
import { explanationText } from '../../src/cli/operator/explanation-text.ts';
import { historyText } from '../../src/cli/operator/history-text.ts';
import { routesText } from '../../src/cli/operator/routes-text.ts';
import { textOf } from '../../src/cli/operator/shown.ts';

test('history: each entry with its causes, and with what was added and removed', () => {
  const document = {
    oldest: 3,
    newest: 412,
    entries: [
      {
        revision: 412,
        time: Date.UTC(2026, 10, 27, 15, 57, 29, 123),
        causes: [
          { kind: 'Pod', namespace: 'shop', name: 'web-1', event: 'changed' },
          { kind: 'Secret', namespace: 'shop', name: 'routing', event: 'deleted' },
        ],
        moreCauses: 3,
        routes: {
          added: [{ host: 'shop.example.com', path: '/new' }],
          removed: [{ host: '*.example.com', path: '/' }],
          more: 2,
        },
        endpoints: {
          added: [
            { namespace: 'shop', pod: 'web-2', port: 3000, condition: 'ready', hosts: ['shop.example.com'] },
          ],
          changed: [
            { namespace: 'shop', pod: 'web-1', port: 3000, condition: 'unready', was: 'ready' },
            {
              namespace: 'shop',
              pod: 'web-0',
              port: 1,
              condition: 'ready',
              options: { was: '', now: 'strip' },
            },
          ],
          removed: [],
          more: 0,
        },
        keys: { shop: 'open' },
        moreKeys: 1,
        certificates: ['shop.example.com'],
        rejections: {
          appeared: [
            { kind: 'Pod', namespace: 'shop', name: 'web-3', reason: 'path-malformed', detail: '1:x' },
          ],
          gone: 4,
        },
      },
      { revision: 411, time: 0, causes: [{ kind: 'Pod', namespace: '', name: '', event: 'timer' }] },
    ],
  };
  assert.equal(
    textOf(historyText(document, 'pod podway/edge-1')),
    `412   2026-11-27T15:57:29.123Z   Pod shop/web-1 changed, Secret shop/routing deleted, and 3 more
  + route shop.example.com/new
  - route *.example.com/
    and 2 more routes
  + pod shop/web-2:3000 ready, (shop.example.com)
  ~ pod shop/web-1:3000 ready -> unready
  ~ pod shop/web-0:1 ready, (no options) -> strip
  ~ keys of shop: open
    and 1 more namespace with other keys
  ~ certificates of shop.example.com
  ! rejected: Pod shop/web-3: path-malformed: 1:x
  = no longer rejected: 4

411   1970-01-01T00:00:00.000Z   Pod timer

revisions 3 to 412 are remembered, pod podway/edge-1
`,
  );
});

test('explain: which table the answer is from', () => {
  const document = {
    outcome: { kind: 'forward', route: { host: 'a.example.com', path: '/x' }, upgrade: 'websocket' },
    auth: 'sso',
    workers: [{ revision: 7 }, { revision: 7 }],
    at: { revision: 7, time: 0 },
    missing: [2],
  };
  assert.equal(
    textOf(explanationText(document, { wide: false, from: 'x' })),
    `if the service sso admits the request (explain does not ask it):
forwarded by the route a.example.com/x, upgrade to websocket
asked: x, revision 7 (that of 1970-01-01T00:00:00.000Z, without failures and requests in flight); no reply from worker 2
`,
  );
});

test('routes: hosts of several namespaces, and the holders of grants', () => {
  const document = {
    revision: 1,
    routes: [],
    overlaps: [{ host: 'a.example.com', namespaces: ['one', 'two'], wildcard: '*.example.com' }],
    grants: [{ host: 'b.example.com', path: '/x', namespaces: ['one'] }],
  };
  assert.equal(
    textOf(routesText(document, { wide: true, from: 'x' })),
    `GRANTED           TO
b.example.com/x   one

HOST OF SEVERAL   NAMESPACES   SOME BY
a.example.com     one,two      *.example.com

0 routes, revision 1, x
`,
  );
});

test('columns are aligned, empty columns are left out, and a long cell shifts only its own line', () => {
  const rows = [
    ['a', '', 'x'],
    ['b'.repeat(70), '', 'y'],
    ['', '', 'z'],
  ];
  assert.deepEqual(
    columns(rows, [
      ['ONE', ([it = '']) => it],
      ['NONE', ([, it = '']) => it],
      ['TWO', ([, , it = '']) => it],
    ]),
    [`ONE${' '.repeat(64)}TWO`, `a${' '.repeat(66)}x`, `${'b'.repeat(70)}   y`, `-${' '.repeat(66)}z`],
  );
  assert.deepEqual(columns([], [['ONE', () => 'a']]), []);
});

test('a table of any length', () => {
  const rows = Array.from({ length: 200_000 }, (_, at) => at);
  assert.equal(columns(rows, [['AT', (it) => it]]).length, 200_001);
});
