import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';
import { ok } from '../fixtures/origin.ts';
import type { RawResponse } from '../fixtures/raw-client.ts';
import { startScene, type Site } from '../fixtures/scene.ts';
import { wirePod } from '../../src/wiring/annotations/wiring.ts';
import { aPod } from '../wiring/objects.ts';

const APP = 'https://app.example.com';

function preflight(origin: string, ...lines: string[]): string {
  return [
    'OPTIONS /x HTTP/1.1',
    'Host: t.local',
    ...(origin === '' ? [] : [`Origin: ${origin}`]),
    'Access-Control-Request-Method: PUT',
    ...lines,
    '',
    '',
  ].join('\r\n');
}

/** The fields that browsers read. */
function shared({ head }: RawResponse): string[] {
  return head.lines.filter((it) => /^(?:access-control|vary)/i.test(it));
}

const VARY = 'Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers';
const METHODS = 'Access-Control-Allow-Methods: GET, HEAD, PUT, PATCH, POST, DELETE';
const AGE = 'Access-Control-Max-Age: 600';

interface PreflightCase {
  readonly words: string;
  readonly request: string;
  readonly got: readonly string[];
}

const allowed = (...more: readonly string[]) => [`Access-Control-Allow-Origin: ${APP}`, ...more, VARY];

const PREFLIGHTS: readonly PreflightCase[] = [
  { words: `cors=${APP}`, request: preflight(APP), got: allowed(METHODS, AGE) },
  {
    words: `cors=${APP} cors-credentials`,
    request: preflight(APP, 'Access-Control-Request-Headers: Authorization,X-A'),
    got: allowed(
      'Access-Control-Allow-Credentials: true',
      METHODS,
      'Access-Control-Allow-Headers: Authorization, X-A',
      AGE,
    ),
  },
  {
    words: `cors=${APP} cors-methods=GET,PUT cors-headers=X-A cors-max-age=1h cors-expose=X-B`,
    request: preflight(APP, 'Access-Control-Request-Headers: X-C'),
    got: allowed(
      'Access-Control-Allow-Methods: GET, PUT',
      'Access-Control-Allow-Headers: X-A',
      'Access-Control-Max-Age: 3600',
    ),
  },
  { words: 'cors=*', request: preflight(APP), got: ['Access-Control-Allow-Origin: *', METHODS, AGE, VARY] },
  { words: 'cors=https://*.example.com', request: preflight(APP), got: allowed(METHODS, AGE) },
  {
    words: 'cors=null',
    request: preflight('null'),
    got: ['Access-Control-Allow-Origin: null', METHODS, AGE, VARY],
  },
  // Origins in the form in which administrators may write them, and in which browsers send them.
  { words: 'cors=HTTPS://App.Example.com:443', request: preflight(APP), got: allowed(METHODS, AGE) },
  {
    words: 'cors=https://*.Example.com:8443',
    request: preflight('https://my_app.a.example.com:8443'),
    got: ['Access-Control-Allow-Origin: https://my_app.a.example.com:8443', METHODS, AGE, VARY],
  },
  ...['capacitor://localhost', 'chrome-extension://abcdefgh', 'https://[::1]:3000'].map((origin) => ({
    words: `cors=${origin}`,
    request: preflight(origin),
    got: [`Access-Control-Allow-Origin: ${origin}`, METHODS, AGE, VARY],
  })),
  {
    words: 'cors=*',
    request: preflight('capacitor://localhost'),
    got: ['Access-Control-Allow-Origin: *', METHODS, AGE, VARY],
  },
  {
    words: `cors=${APP}`,
    request: preflight(APP, 'Access-Control-Request-Headers: a,, b,'),
    got: allowed(METHODS, 'Access-Control-Allow-Headers: a, b', AGE),
  },
  // Origins that are malformed or not allowed.
  ...[
    'https://app.example.com.evil.io',
    'https://evilexample.com',
    'https://example.com',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://a@app.example.com',
    'null',
    'https://app.example.com/',
    `https://x.example.com\r\nOrigin: https://y.example.com`,
  ].map((origin) => ({ words: 'cors=https://*.example.com', request: preflight(origin), got: [VARY] })),
  // Values that browsers never request are not granted.
  ...[`${'a,'.repeat(200)}a`, 'a b', 'a(', 'é'].map((asked) => ({
    words: `cors=${APP}`,
    request: preflight(APP, `Access-Control-Request-Headers: ${asked}`),
    got: allowed(METHODS, AGE),
  })),
];

for (const { words, request, got } of PREFLIGHTS)
  test(`${words}: ${request.split('\r\n').slice(2, 5).join(' ')} (CO-01, CO-02, CO-08)`, async () => {
    await using scene = await startScene({ pods: [{ name: 'o1', paths: `/ ${words}` }] });
    const response = await scene.exchange(request);
    if (request.split('Origin:').length === 2) {
      assert.equal(response.status, 204);
      assert.deepEqual(shared(response), got);
      assert.equal(scene.origin('o1').requests.length, 0);
    } else {
      // A request with two origins is not a preflight: the pod gets it, and no page may read the response.
      assert.equal(scene.origin('o1').requests.length, 1);
      assert.deepEqual(shared(response), ['Vary: Origin']);
    }
  });

for (const [words, reason] of [
  ['cors=* cors-credentials', 'option-conflict'],
  ['cors-credentials', 'option-conflict'],
  ['cors=', 'option-malformed'],
  ['cors=https://a.test/', 'option-malformed'],
  ['cors=a.test', 'option-malformed'],
  ['cors=null cors-credentials', 'option-conflict'],
  ['cors=https://a.test cors-credentials cors-expose=*', 'option-conflict'],
  ['cors=*,https://a.test', 'option-malformed'],
  ['cors=https://*.com', 'option-malformed'],
  ['cors=https://a@a.test', 'option-malformed'],
  ['cors=* cors-methods=put', 'option-malformed'],
  ['cors=* cors-methods=TRACE', 'option-malformed'],
  ['cors=* cors-headers=*', 'option-malformed'],
  ['cors=https://*', 'option-malformed'],
  ['cors=*.a.test', 'option-malformed'],
] as const)
  test(`${words} is refused (CO-03)`, () => {
    const { rejections } = wirePod(
      aPod({ hosts: 'a', paths: `80:/ ${words}`, ports: [80] }),
      INVENTORY_OPTIONS,
    );
    assert.deepEqual(
      rejections.map((it) => it.reason),
      [reason],
    );
  });

test('a preflight needs no key, and the request after it does (CO-05)', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', namespace: 'one', paths: `/ cors=${APP}` }],
    keys: { one: 'secret' },
  });
  assert.equal((await scene.exchange(preflight(APP))).status, 204);
  const refused = await scene.exchange(get('/', `Origin: ${APP}`));
  assert.equal(refused.status, 403);
  // The page may read the refusal.
  assert.deepEqual(shared(refused), [`Access-Control-Allow-Origin: ${APP}`, 'Vary: Origin']);
  // Other OPTIONS requests are ordinary requests.
  for (const lines of [
    [],
    [`Origin: ${APP}`],
    ['Access-Control-Request-Method: PUT', 'X-Original-Method: OPTIONS'],
  ]) {
    const request = ['OPTIONS / HTTP/1.1', 'Host: t.local', ...lines, '', ''].join('\r\n');
    assert.equal((await scene.exchange(request)).status, 403, lines.join());
  }
});

test('a preflight for an unknown path is 404, without CORS fields (CO-04)', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', paths: `/a cors=${APP}` }] });
  const response = await scene.exchange(preflight(APP));
  assert.deepEqual([response.status, shared(response)], [404, []]);
});

test('preflights count for the rate of their address (CO-06)', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', paths: `/ cors=${APP} rate=1/h` }] });
  const statuses = [];
  for (let times = 0; times < 2; times++) statuses.push((await scene.exchange(preflight(APP))).status);
  assert.deepEqual(statuses, [204, 429]);
});

test('a preflight is answered regardless of the methods that pods accept (MA-05)', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', paths: `/ methods=GET cors=${APP}` }] });
  assert.equal((await scene.exchange(preflight(APP))).status, 204);
  assert.equal((await scene.exchange('OPTIONS / HTTP/1.1\r\nHost: t.local\r\n\r\n')).status, 405);
});

interface AnswerCase {
  readonly words: string;
  readonly origin?: string;
  readonly pod?: readonly string[];
  readonly got: readonly string[];
}

const LET = `Access-Control-Allow-Origin: ${APP}`;
const ANSWERS: readonly AnswerCase[] = [
  { words: `cors=${APP}`, origin: APP, got: [LET, 'Vary: Origin'] },
  {
    words: `cors=${APP} cors-expose=X-B`,
    origin: APP,
    got: [LET, 'Access-Control-Expose-Headers: X-B', 'Vary: Origin'],
  },
  { words: `cors=${APP}`, origin: 'https://evil.io', got: ['Vary: Origin'] },
  { words: `cors=${APP}`, got: ['Vary: Origin'] },
  { words: 'cors=*', origin: APP, got: ['Access-Control-Allow-Origin: *'] },
  // No field of the response depends on the origin, so a cached response is correct for pages, too.
  { words: 'cors=*', got: ['Access-Control-Allow-Origin: *'] },
  {
    words: 'cors=*',
    origin: APP,
    pod: ['Vary: Accept'],
    got: ['Access-Control-Allow-Origin: *', 'Vary: Accept'],
  },
  // podway sends one line, regardless of the fields that the pod sent.
  {
    words: `cors=${APP}`,
    origin: APP,
    pod: [
      'Access-Control-Allow-Origin: *',
      'access-control-allow-credentials: true',
      'Vary: Accept',
      'vary: Cookie',
    ],
    got: [LET, 'Vary: Accept, Cookie, Origin'],
  },
  { words: `cors=${APP}`, origin: APP, pod: ['Vary: accept, origin'], got: [LET, 'Vary: accept, origin'] },
  { words: `cors=${APP}`, origin: APP, pod: ['Vary: *'], got: [LET, 'Vary: *'] },
  // Without the option the fields of the pod are kept.
  {
    words: '',
    origin: APP,
    pod: ['Access-Control-Allow-Origin: *'],
    got: ['Access-Control-Allow-Origin: *'],
  },
];

for (const { words, origin, pod = [], got } of ANSWERS)
  test(`${words || 'no option'}: an answer to ${origin ?? 'no page'} with ${pod.join() || 'no field'}`, async () => {
    const site: Site = { name: 'o1', paths: `/ ${words}`, answer: [ok('', ...pod)] };
    await using scene = await startScene({ pods: [site] });
    const lines = origin === undefined ? [] : [`Origin: ${origin}`];
    assert.deepEqual(shared(await scene.exchange(get('/', ...lines))), got);
  });

test("a page can read the status of the router's own answers (CO-07)", async () => {
  await using scene = await startScene({
    pods: [
      { name: 'o1', paths: `/gone cors=${APP}`, refuses: true },
      { name: 'o2', paths: `/busy cors=${APP} rate=1/h` },
      { name: 'o3', paths: `/idle cors=${APP}`, condition: 'unready' },
      { name: 'o4', paths: `/away cors=${APP} redirect=https://www.example.com/` },
    ],
  });
  await scene.exchange(get('/busy'));
  for (const [target, status] of [
    ['/gone', 502],
    ['/busy', 429],
    ['/idle', 503],
    ['/away', 302],
  ] as const) {
    const response = await scene.exchange(get(target, `Origin: ${APP}`));
    assert.equal(response.status, status);
    assert.deepEqual(shared(response), [LET, 'Vary: Origin']);
  }
});

interface TemplatesCase {
  readonly name: string;
  /** Options of pods by the hour of their creation. */
  readonly pods: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly got: readonly string[];
}

const OLD = 'https://old.example.com';
const TEMPLATES: readonly TemplatesCase[] = [
  {
    name: 'the newest template that allows the page',
    pods: { '01': `cors=${APP} cors-max-age=1s`, '03': `cors=${OLD}`, '02': `cors=${APP} cors-max-age=2s` },
    got: ['2'],
  },
  {
    name: 'the newest template that grants everything requested',
    pods: { '01': `cors=${APP} cors-max-age=1s`, '02': `cors=${APP} cors-methods=GET cors-max-age=2s` },
    got: ['1'],
  },
  {
    name: 'the newest template if none grants everything',
    pods: {
      '01': `cors=${APP} cors-methods=GET cors-max-age=1s`,
      '02': `cors=${APP} cors-methods=GET cors-max-age=2s`,
    },
    got: ['2'],
  },
  {
    name: 'a newer template without the option',
    pods: { '01': `cors=${APP} cors-max-age=1s`, '02': '' },
    got: ['1'],
  },
  {
    name: 'no pod allows the page',
    pods: { '01': `cors=${OLD}`, '02': 'cors=https://x.example.com' },
    got: [],
  },
  {
    name: "pods that do not allow the client's address are not asked",
    pods: { '01': `cors=${APP} cors-max-age=1s`, '02': `cors=${APP} cors-max-age=2s allow=192.0.2.1` },
    got: ['1'],
  },
];

for (const { name, pods, got } of TEMPLATES)
  test(`several templates: ${name}`, async () => {
    await using scene = await startScene({
      pods: Object.entries(pods).map(([hour, words]) => ({
        name: `o${hour}`,
        paths: `/ ${words}`,
        created: `2026-01-01T${hour}:00:00Z`,
      })),
    });
    const response = await scene.exchange(preflight(APP));
    assert.equal(response.status, 204);
    assert.deepEqual(response.values('access-control-max-age'), got);
    // podway's own answers have the fields, too; here an answer about a loop.
    const hops = Array.from({ length: 8 }, (_, at) => `a/${at}`).join(', ');
    const own = await scene.exchange(get('/', `Origin: ${APP}`, `X-Podway-Hops: ${hops}`));
    assert.equal(own.status, 508);
    assert.equal(own.values('access-control-allow-origin').length, got.length);
    assert.deepEqual(own.values('vary'), ['Origin']);
  });

for (const words of ['if-header=X-Version:2', 'if-method=PUT', 'if-cookie=a=b'])
  test(`a preflight is answered for pods with conditions: ${words}`, async () => {
    await using scene = await startScene({
      pods: [
        { name: 'o1', paths: '/' },
        { name: 'o2', paths: `/x cors=${APP} ${words}` },
      ],
    });
    const asked = preflight(APP, 'Access-Control-Request-Headers: x-version');
    assert.equal((await scene.exchange(asked)).value('access-control-allow-origin'), APP);
    // The pod gets no other OPTIONS request.
    await scene.exchange('OPTIONS /x HTTP/1.1\r\nHost: t.local\r\n\r\n');
    assert.equal(scene.origin('o1').requests.length, 1);
  });

test('preflights do not count as failures', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1', paths: `/ cors=${APP}` }] });
  await scene.exchange(preflight(APP));
  assert.deepEqual(scene.router.snapshot().failures, []);
});
