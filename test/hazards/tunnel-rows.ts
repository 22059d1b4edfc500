/** WebSocket handshakes and the tunnels after them, as data: group WS of the catalogue. */
import { chunked, forwarded, get, head } from '../fixtures/check.ts';
import {
  answered,
  byteByByte,
  FIN,
  GONE,
  mark,
  pause,
  relayed,
  RST,
  sees,
  when,
  type Conversation,
  type Step,
} from '../fixtures/conversation.ts';
import { ok } from '../fixtures/origin.ts';
import { acceptOf, handshake, SAMPLE_KEY, switching } from '../fixtures/websocket.ts';

const KEY = `Sec-WebSocket-Key: ${SAMPLE_KEY}`;
const VERSION = 'Sec-WebSocket-Version: 13';
const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket'];
const DATE = 'Date: <date>';

/** The handshake that the pod gets for these lines. */
const asked = (target = '/', lines: readonly string[] = [KEY, VERSION]): string =>
  forwarded(`GET ${target}`, ['Host: t.local', ...lines, ...UPGRADE]);
const FORWARDED = asked();
/** The response that the client gets for `switching()`. */
const AGREED = relayed('101 Switching Protocols', [
  `Sec-WebSocket-Accept: ${acceptOf(SAMPLE_KEY)}`,
  ...UPGRADE,
]);
const HANDSHAKE = handshake('/');
const OPENED: readonly Step[] = [HANDSHAKE, sees(AGREED)];
const TUNNEL = { tunnels_opened: 1 };

/** A handshake that the pod accepts, and then one word in each direction. */
function agreed(name: string, send: string, upstream: string): Conversation {
  return {
    name,
    pods: { o1: { scripts: [[switching(), sees('ping'), 'pong']] } },
    client: [send, sees(AGREED), 'ping', sees('pong')],
    upstream: { o1: [`${upstream}ping`] },
    after: 'open',
    counters: TUNNEL,
  };
}

const TARGETS = [
  '/loki/api/v1/tail?query={app="x"}&limit=2',
  '/loki/api/v1/tail?query={name="loki"}&limit=10',
  '/ws?a=%7B&b=+&c=;&d=?&a=2&e=&f',
  '/ws?',
  `/ws?${'q'.repeat(8000)}`,
];
const PASSED = [
  'Cookie: a=1',
  'Origin: http://x',
  'Authorization: y',
  'Sec-WebSocket-Extensions: permessage-deflate',
];
const STOPPED = ['X-Forwarded-For: 6.6.6.6', 'Proxy-Connection: x', 'Keep-Alive: 5'];

export const HANDSHAKES: readonly Conversation[] = [
  ...TARGETS.map((target) => agreed(`${target.slice(0, 60)} (WS-05)`, handshake(target), asked(target))),
  agreed(
    'fields follow the rules of all requests (WS-07)',
    handshake('/', ...PASSED, ...STOPPED),
    asked('/', [KEY, VERSION, ...PASSED]),
  ),
  agreed(
    'Connection is a list (W11, WS-28)',
    HANDSHAKE.replace('Connection: U', 'Connection: keep-alive, U'),
    FORWARDED,
  ),
  agreed(
    'Connection in any case (WS-28)',
    HANDSHAKE.replace('Connection: Upgrade', 'connection: UPGRADE'),
    FORWARDED,
  ),
  agreed(
    'Upgrade in any case (WS-28)',
    HANDSHAKE.replace('Upgrade: websocket', 'upgrade: WebSocket'),
    FORWARDED,
  ),
  agreed(
    'Content-Length: 0 is not a body (the HTTP client of Java 11 to 18) (WS-28)',
    handshake('/', 'Content-Length: 0'),
    FORWARDED,
  ),
  agreed('absolute form (WS-28)', HANDSHAKE.replace('GET /', 'GET http://t.local/'), FORWARDED),
  {
    name: 'a handshake succeeds when one pod refuses the connection (W10, WS-26)',
    pods: { a: { refuses: true }, b: { scripts: [[switching()]] } },
    client: OPENED,
    upstream: { b: [FORWARDED] },
    after: 'open',
    counters: { ...TUNNEL, upstream_connect_failures: 1, upstream_retries: 1, upstream_ejections: 1 },
  },
  {
    name: 'a 103 may precede the 101 (WS-21)',
    pods: { o1: { scripts: [['HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n', switching()]] } },
    client: [HANDSHAKE, sees(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${AGREED}`)],
    upstream: { o1: [FORWARDED] },
    after: 'open',
    counters: TUNNEL,
  },
  {
    name: 'the other fields of the 101 reach the client (WS-01)',
    pods: { o1: { scripts: [[switching('Sec-WebSocket-Protocol: chat', 'Set-Cookie: a=1')]] } },
    client: [
      handshake('/', 'Sec-WebSocket-Protocol: chat'),
      sees(
        relayed('101 Switching Protocols', [
          `Sec-WebSocket-Accept: ${acceptOf(SAMPLE_KEY)}`,
          'Sec-WebSocket-Protocol: chat',
          'Set-Cookie: a=1',
          ...UPGRADE,
        ]),
      ),
    ],
    upstream: { o1: [asked('/', [KEY, VERSION, 'Sec-WebSocket-Protocol: chat'])] },
    after: 'open',
    counters: TUNNEL,
  },
];

/** The router answers, and no pod gets the request. */
function refused(name: string, send: string, answer: string): Conversation {
  return { name, pods: { o1: {} }, client: [send, sees(answer)], upstream: {}, after: 'closed' };
}

const BAD = answered('400 Bad Request', 'bad-upgrade', 'close');

/** The pod answers the handshake with another status: the client gets that answer, and the connection ends. */
function relayedRefusal(
  name: string,
  answer: string,
  seen: string,
  send = HANDSHAKE,
  upstream = FORWARDED,
): Conversation {
  return {
    name,
    pods: { o1: { scripts: [[answer, GONE]] } },
    client: [send, sees(seen)],
    upstream: { o1: [upstream] },
    after: 'closed',
  };
}

const CLOSE = 'Connection: close';
const instead = (status: string, body: string, ...lines: string[]): string =>
  ok(body, ...lines).replace('200 OK', status);
const upgradeRequired = instead('426 Upgrade Required', '', VERSION);
const seen426 = relayed('426 Upgrade Required', [VERSION, DATE, 'Content-Length: 0', CLOSE]);
/** Handshakes with unusual keys: podway leaves them to the pod, which gets these lines unchanged. */
const ODD = [
  ['a key of three bytes', KEY, 'Sec-WebSocket-Key: YWJj'],
  ['a key that is not base64', KEY, 'Sec-WebSocket-Key: !!!'],
  ['version 12', VERSION, 'Sec-WebSocket-Version: 12'],
  ['no version', VERSION, 'X-No: version'],
] as const;

export const REFUSALS: readonly Conversation[] = [
  refused('two keys (WS-02)', handshake('/', KEY), BAD),
  refused('chunked (SM-40)', `${handshake('/', 'Transfer-Encoding: chunked')}0\r\n\r\n${get('/admin')}`, BAD),
  refused('a length (SM-40)', `${handshake('/', 'Content-Length: 5')}abcde`, BAD),
  refused('POST (SM-47)', HANDSHAKE.replace('GET', 'POST'), BAD),
  refused(
    'POST without a body, by its length (SM-47)',
    handshake('/', 'Content-Length: 0').replace('GET', 'POST'),
    BAD,
  ),
  ...ODD.map(([name, from, to]) => {
    const lines = [KEY, VERSION].map((line) => (line === from ? to : line));
    return relayedRefusal(
      `${name} (WS-03)`,
      upgradeRequired,
      seen426,
      HANDSHAKE.replace(from, to),
      asked('/', lines),
    );
  }),
  relayedRefusal(
    '401 with a length (W3, WS-04)',
    instead('401 No', 'who?', 'WWW-Authenticate: Basic', 'Set-Cookie: a=1'),
    relayed(
      '401 No',
      ['WWW-Authenticate: Basic', 'Set-Cookie: a=1', DATE, 'Content-Length: 4', CLOSE],
      'who?',
    ),
  ),
  relayedRefusal(
    '403 chunked (WS-04)',
    `HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n${chunked('no')}`,
    relayed('403 No', [DATE, 'Transfer-Encoding: chunked', CLOSE], chunked('no')),
  ),
  relayedRefusal('404 (WS-04)', instead('404 No', ''), relayed('404 No', [DATE, 'Content-Length: 0', CLOSE])),
  relayedRefusal(
    '503 (WS-04)',
    instead('503 Busy', 'busy'),
    relayed('503 Busy', [DATE, 'Content-Length: 4', CLOSE], 'busy'),
  ),
  relayedRefusal(
    '200: the pod ignores the upgrade (SM-53)',
    ok('plain'),
    relayed('200 OK', [DATE, 'Content-Length: 5', CLOSE], 'plain'),
  ),
  relayedRefusal(
    'bytes after a refused handshake are dropped (SM-41, WS-30)',
    instead('403 Forbidden', 'no'),
    relayed('403 Forbidden', [DATE, 'Content-Length: 2', CLOSE], 'no'),
    HANDSHAKE + get('/admin'),
  ),
  ...(
    [
      ['no Accept (WS-20)', switching().replace(/Sec-WebSocket-Accept: .*\r\n/, ''), 'bad-upgrade-response'],
      ['no Upgrade (WS-20)', switching().replace('Upgrade: websocket\r\n', ''), 'bad-upgrade-response'],
      [
        'another protocol (WS-20)',
        switching().replace('Upgrade: websocket', 'Upgrade: h2c'),
        'bad-upgrade-response',
      ],
      ['garbage (WS-20)', 'nonsense\r\n\r\n', 'bad-response'],
    ] as const
  ).map(([name, answer, reason]) =>
    relayedRefusal(name, answer, answered('502 Bad Gateway', reason, 'close')),
  ),
  {
    name: 'a pod that does not answer the handshake (WS-22)',
    pods: { o1: { scripts: [[GONE]] } },
    settings: { responseHeadTimeout: 150 },
    client: [HANDSHAKE, sees(answered('504 Gateway Timeout', 'response-timeout', 'close'))],
    upstream: { o1: [FORWARDED] },
    after: 'closed',
  },
];

/** podway drops other upgrades, and forwards the request. */
function plain(name: string, send: string, upstream: string): Conversation {
  const [method = '', target = ''] = upstream.split(' ');
  const body = `o1 ${method} ${target}`;
  return {
    name,
    pods: { o1: {} },
    client: [send, sees(relayed('200 OK', ['X-Origin: o1', DATE, `Content-Length: ${body.length}`], body))],
    upstream: { o1: [upstream] },
    after: 'kept',
  };
}

const H2C = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'];
const KEYLESS = HANDSHAKE.replace(`${KEY}\r\n`, '');
export const OTHER_UPGRADES: readonly Conversation[] = [
  plain(
    'no Sec-WebSocket-Key: a front proxy that writes the field into every request (WS-02)',
    KEYLESS,
    forwarded('GET /', ['Host: t.local', VERSION]),
  ),
  plain(
    'no Sec-WebSocket-Key, POST with a body (WS-02)',
    `${head('POST / HTTP/1.1', 'Host: t.local', ...UPGRADE, 'Content-Length: 3')}abc`,
    forwarded('POST /', ['Host: t.local', 'Content-Length: 3'], 'abc'),
  ),
  plain('h2c (W7, SM-43)', get('/', ...H2C), forwarded('GET /')),
  plain(
    'h2c with a body (SM-43)',
    `${head('POST / HTTP/1.1', 'Host: t.local', ...H2C, 'Content-Length: 3')}abc`,
    forwarded('POST /', ['Host: t.local', 'Content-Length: 3'], 'abc'),
  ),
  plain(
    'no Connection: Upgrade (SM-45)',
    HANDSHAKE.replace('Connection: Upgrade\r\n', ''),
    forwarded('GET /', ['Host: t.local', KEY, VERSION]),
  ),
  plain('TLS/1.0 (SM-43)', get('/', 'Connection: Upgrade', 'Upgrade: TLS/1.0'), forwarded('GET /')),
];

/** A protocol of UPGRADES. */
const OPENED_TO = { upgrades: ['websocket', 'tcp', 'spdy/3.1'] };
const asks = (method: string, protocol: string, ...lines: string[]): string =>
  head(`${method} /exec HTTP/1.1`, 'Host: t.local', ...lines, 'Connection: Upgrade', `Upgrade: ${protocol}`);
const askedFor = (method: string, protocol: string, ...lines: string[]): string =>
  forwarded(`${method} /exec`, ['Host: t.local', ...lines, 'Connection: Upgrade', `Upgrade: ${protocol}`]);
const switchingTo = (protocol: string): string =>
  head('HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', `Upgrade: ${protocol}`);

/** The client requests `sent`, the pod gets and accepts `agreed`, and bytes pass in both directions. */
function switched(name: string, send: string, upstream: string, protocol: string): Conversation {
  return {
    name,
    settings: OPENED_TO,
    pods: { o1: { scripts: [[switchingTo(protocol.toLowerCase()), sees('\0ping'), '\0pong']] } },
    client: [
      send,
      sees(relayed('101 Switching Protocols', ['Connection: Upgrade', `Upgrade: ${protocol}`])),
      '\0ping',
      sees('\0pong'),
    ],
    upstream: { o1: [`${upstream}\0ping`] },
    after: 'open',
    counters: TUNNEL,
  };
}

export const LISTED_UPGRADES: readonly Conversation[] = [
  switched('GET tcp', asks('GET', 'tcp'), askedFor('GET', 'tcp'), 'tcp'),
  switched(
    'POST spdy/3.1 in capitals, which have no meaning (RFC 9110 7.8)',
    asks('POST', 'SPDY/3.1'),
    askedFor('POST', 'SPDY/3.1', 'Content-Length: 0'),
    'SPDY/3.1',
  ),
  switched(
    'POST with a length of 0',
    asks('POST', 'tcp', 'Content-Length: 0'),
    askedFor('POST', 'tcp', 'Content-Length: 0'),
    'tcp',
  ),
  switched(
    'the first allowed protocol of a list, since h2c is not allowed',
    asks('GET', 'h2c, foo, tcp, spdy/3.1'),
    askedFor('GET', 'tcp'),
    'tcp',
  ),
  switched(
    'a websocket without a key is skipped, so the next one is requested',
    asks('GET', 'websocket, tcp'),
    askedFor('GET', 'tcp'),
    'tcp',
  ),
  ...(
    [
      ['a body', `${asks('POST', 'tcp', 'Content-Length: 3')}abc`],
      ['a chunked body', `${asks('POST', 'tcp', 'Transfer-Encoding: chunked')}0\r\n\r\n`],
    ] as const
  ).map(([name, send]) => ({ ...refused(`${name}: 400`, send, BAD), settings: OPENED_TO })),
  ...(
    [
      ['another protocol than requested', switchingTo('spdy/3.1')],
      ['the right protocol, another version', switchingTo('tcp/2')],
      ['no protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n'],
      ['a websocket', switching()],
    ] as const
  ).map(
    ([name, answer]): Conversation => ({
      name: `a 101 to ${name}: 502`,
      settings: OPENED_TO,
      pods: { o1: { scripts: [[answer, GONE]] } },
      client: [asks('GET', 'tcp'), sees(answered('502 Bad Gateway', 'bad-upgrade-response', 'close'))],
      upstream: { o1: [askedFor('GET', 'tcp')] },
      after: 'closed',
    }),
  ),
  {
    ...plain('a version of a protocol that is not listed', asks('GET', 'spdy/3'), forwarded('GET /exec')),
    settings: OPENED_TO,
  },
  {
    ...plain(
      'no allowed protocol, not even websocket',
      HANDSHAKE,
      forwarded('GET /', ['Host: t.local', KEY, VERSION]),
    ),
    settings: { upgrades: [] },
  },
  {
    name: 'a response instead of a 101 ends the connection, and later bytes are not requests',
    settings: OPENED_TO,
    pods: { o1: { scripts: [[instead('403 Forbidden', 'no'), GONE]] } },
    client: [
      asks('GET', 'tcp') + get('/admin'),
      sees(relayed('403 Forbidden', [DATE, 'Content-Length: 2', CLOSE], 'no')),
    ],
    upstream: { o1: [askedFor('GET', 'tcp')] },
    after: 'closed',
  },
];

/** Text, a fragment of a text, a ping, a close, an unknown opcode, all reserved bits, and text that is not UTF-8. */
const FRAMES = '\x81\x02hi\x01\x01a\x80\x01b\x89\x00\x88\x02\x03\xe8\x8f\x01x\xf1\x01y\x81\x02\xff\xfe';
const SWITCHING = switching();

export const TUNNELS: readonly Conversation[] = [
  {
    name: 'frames of every kind, valid or not, pass unchanged in both directions (WS-11)',
    pods: { o1: { scripts: [[SWITCHING, sees(FRAMES), `\0${FRAMES}`]] } },
    client: [...OPENED, FRAMES, sees(`\0${FRAMES}`)],
    upstream: { o1: [FORWARDED + FRAMES] },
    after: 'open',
    counters: TUNNEL,
  },
  {
    name: 'early bytes wait for a late 101 and arrive once (W4, SM-42)',
    pods: {
      o1: { scripts: [[mark('asked'), when('sent'), pause(30), SWITCHING, sees('early bytes'), 'got']] },
    },
    client: [`${HANDSHAKE}early `, when('asked'), 'bytes', mark('sent'), sees(`${AGREED}got`)],
    upstream: { o1: [`${FORWARDED}early bytes`] },
    after: 'open',
    counters: TUNNEL,
  },
  {
    name: 'bytes in the segment of the 101 (W4, WS-08)',
    pods: { o1: { scripts: [[`${SWITCHING}welcome`]] } },
    client: [HANDSHAKE, sees(`${AGREED}welcome`)],
    upstream: { o1: [FORWARDED] },
    after: 'open',
    counters: TUNNEL,
  },
  {
    name: 'a 101 and first bytes, byte by byte (WS-08)',
    pods: { o1: { scripts: [byteByByte(`${SWITCHING}welcome`)] } },
    client: [HANDSHAKE, sees(`${AGREED}welcome`)],
    upstream: { o1: [FORWARDED] },
    after: 'open',
    counters: TUNNEL,
  },
  ...[1, 2, 3, 4].map(
    (back): Conversation => ({
      name: `a 101 cut ${back} bytes before its end (WS-08)`,
      pods: { o1: { scripts: [[SWITCHING.slice(0, -back), pause(5), `${SWITCHING.slice(-back)}welcome`]] } },
      client: [HANDSHAKE, sees(`${AGREED}welcome`)],
      upstream: { o1: [FORWARDED] },
      after: 'open',
      counters: TUNNEL,
    }),
  ),
  {
    name: 'a FIN of the client reaches the pod, and the last bytes of the pod still reach the client (W5, WS-12)',
    pods: { o1: { sendsFinAfterPeer: false, scripts: [[SWITCHING, GONE, 'last words', FIN]] } },
    client: [...OPENED, 'bye', FIN, sees('last words')],
    upstream: { o1: [`${FORWARDED}bye`] },
    after: 'closed',
    counters: TUNNEL,
  },
  {
    name: 'a FIN of the pod reaches the client after the last byte (W5, WS-13)',
    pods: { o1: { scripts: [[`${SWITCHING}bye`, FIN, GONE]] } },
    client: [HANDSHAKE, sees(`${AGREED}bye`), { gone: 'fin' }, FIN],
    upstream: { o1: [FORWARDED] },
    after: 'closed',
    counters: TUNNEL,
  },
  {
    name: 'a RST of the pod ends the connection of the client (W5, WS-13)',
    pods: { o1: { scripts: [[SWITCHING, when('open'), RST]] } },
    client: [...OPENED, mark('open'), GONE],
    upstream: { o1: [FORWARDED] },
    after: 'left',
    counters: TUNNEL,
  },
  {
    name: 'a RST of the client before the 101 frees the pod (WS-14, WS-23)',
    pods: { o1: { scripts: [[mark('asked'), GONE]] } },
    client: [HANDSHAKE, when('asked'), RST],
    upstream: { o1: [FORWARDED] },
    after: 'left',
    log: ['499 client-left'],
  },
  {
    name: 'a RST of the client as the 101 arrives (WS-14)',
    pods: { o1: { scripts: [[SWITCHING, GONE]] } },
    client: [HANDSHAKE, sees('HTTP/1.1 101'), RST],
    upstream: { o1: [FORWARDED] },
    after: 'left',
    counters: TUNNEL,
  },
  {
    name: 'a RST of the client in the tunnel ends the connection of the pod (W5, WS-14)',
    pods: { o1: { scripts: [[SWITCHING, GONE]] } },
    client: [...OPENED, RST],
    upstream: { o1: [FORWARDED] },
    after: 'left',
    counters: TUNNEL,
  },
  {
    name: 'a FIN of the client before the 101 leaves no tunnel open (WS-23)',
    pods: { o1: { scripts: [[mark('asked'), when('left'), pause(20), SWITCHING, GONE]] } },
    client: [`${HANDSHAKE}early`, when('asked'), FIN, mark('left'), sees(AGREED)],
    upstream: { o1: [`${FORWARDED}early`] },
    after: 'closed',
    counters: TUNNEL,
  },
  {
    name: 'a tunnel without traffic ends at its limit (W6, WS-15)',
    pods: { o1: { scripts: [[SWITCHING, GONE]] } },
    settings: { tunnelIdleTimeout: 150 },
    client: OPENED,
    upstream: { o1: [FORWARDED] },
    after: 'closed',
    counters: TUNNEL,
  },
  ...(['client', 'pod'] as const).map((side): Conversation => {
    const drops = Array.from({ length: 12 }, () => ['x', pause(40)]).flat();
    return {
      name: `a few bytes from the ${side} keep a tunnel open at any age, and silence then ends it (WS-15)`,
      pods: { o1: { scripts: [[SWITCHING, ...(side === 'pod' ? drops : []), GONE]] } },
      settings: { tunnelIdleTimeout: 300 },
      client: [...OPENED, ...(side === 'client' ? drops : [sees('x'.repeat(12))])],
      upstream: { o1: [FORWARDED + (side === 'client' ? 'x'.repeat(12) : '')] },
      after: 'closed',
      counters: TUNNEL,
    };
  }),
  {
    name: 'podway ends a side that does not end after the other side has (WS-12)',
    pods: { o1: { sendsFinAfterPeer: false, scripts: [[SWITCHING, GONE]] } },
    settings: { tunnelIdleTimeout: 150 },
    client: [...OPENED, FIN],
    upstream: { o1: [FORWARDED] },
    after: 'closed',
    counters: TUNNEL,
  },
];
