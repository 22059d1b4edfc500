import { test } from 'node:test';
import assert from 'node:assert/strict';
import { forwarded, get, head } from '../fixtures/check.ts';
import { checkConversations, type Conversation, GET, relayed, sees } from '../fixtures/conversation.ts';
import { startScene } from '../fixtures/scene.ts';

const DATE = 'Date: <date>';
const EMPTY = 'Content-Length: 0';

/** A 426 of a pod, and the fields of it that reach the client (RFC 9110 15.5.22). */
function answers(
  name: string,
  pod: readonly string[],
  client: readonly string[],
  upgrades?: readonly string[],
) {
  return {
    name,
    pods: { o1: { scripts: [[head('HTTP/1.1 426 Upgrade Required', ...pod, EMPTY)]] } },
    ...(upgrades && { settings: { upgrades } }),
    client: [GET, sees(relayed('426 Upgrade Required', [DATE, EMPTY, ...client]))],
    upstream: { o1: [forwarded('GET /')] },
    after: 'kept',
  } satisfies Conversation;
}

const BOTH = ['Connection: Upgrade', 'Upgrade: websocket'];

await checkConversations('426 names the requested protocol', [
  answers('as it is', BOTH, BOTH),
  answers('even if Connection does not name it', ['Upgrade: websocket'], BOTH),
  answers(
    'in the spelling of the pod',
    ['Upgrade: WebSocket', 'Connection: upgrade'],
    [BOTH[0]!, 'Upgrade: WebSocket'],
  ),
  answers(
    'reduced to the protocols that a client can get: h2c and TLS never',
    ['Connection: Upgrade', 'Upgrade: HTTP/2.0, h2c, websocket, TLS/1.3'],
    BOTH,
  ),
  answers(
    'with the other protocols of UPGRADES, in the order of the pod',
    ['Connection: Upgrade', 'Upgrade: spdy/3.1,', 'Upgrade: SHTTP/1.3, websocket'],
    [BOTH[0]!, 'Upgrade: spdy/3.1, websocket'],
    ['websocket', 'spdy/3.1'],
  ),
  answers('no field if no protocol is left', ['Connection: Upgrade', 'Upgrade: h2c'], []),
  answers('no field with UPGRADES=none', BOTH, [], []),
  {
    ...answers('and the connection ends', [...BOTH, 'X: y'], []),
    client: [
      get('/', 'Connection: close'),
      sees(
        relayed('426 Upgrade Required', [
          'X: y',
          DATE,
          EMPTY,
          'Connection: close, Upgrade',
          'Upgrade: websocket',
        ]),
      ),
    ],
    after: 'closed',
  },
  {
    ...answers('not to HTTP/1.0, which has no Upgrade', BOTH, []),
    client: [
      head('GET / HTTP/1.0', 'Host: t.local'),
      sees(relayed('426 Upgrade Required', [DATE, EMPTY, 'Connection: close'])),
    ],
    after: 'closed',
  },
  {
    ...answers('not with another status', BOTH, []),
    pods: { o1: { scripts: [[head('HTTP/1.1 400 Bad Request', ...BOTH, EMPTY)]] } },
    client: [GET, sees(relayed('400 Bad Request', [DATE, EMPTY]))],
  },
]);

test('a pod that requires an upgrade gets the next request', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [head('HTTP/1.1 426 Upgrade Required', ...BOTH, EMPTY)] }],
  });
  using client = await scene.client();
  for (let count = 0; count < 3; count += 1) {
    const answer = await client.exchange(get('/'));
    assert.deepEqual([answer.status, answer.values('upgrade')], [426, ['websocket']]);
  }
  assert.equal(scene.origin('o1').connections.length, 1);
});
