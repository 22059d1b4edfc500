/** A service of `auth=` gets no field of a client that pods would not get. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuthServer } from '../fixtures/auth-service.ts';
import { get } from '../fixtures/check.ts';
import { pseudo } from '../fixtures/http2/raw-http2-client.ts';
import { startScene } from '../fixtures/scene.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';

/** Fields of a client that a service gets. */
const SENT = {
  cookie: 'session=ada',
  authorization: 'Bearer token',
  accept: 'text/html',
  'x-requested-with': 'XMLHttpRequest',
  'user-agent': 'curl/8.5.0',
} as const;

type Name = keyof typeof SENT;
const NAMES = Object.keys(SENT) as readonly Name[];

interface Case {
  readonly name: string;
  readonly lines?: readonly string[];
  readonly settings?: SettingsOverrides;
  /** Fields that pods get from the service only. */
  readonly serviceSets?: readonly string[];
  /** Fields that neither the service nor the pod gets. */
  readonly dropped: readonly Name[];
}

const CASES: readonly Case[] = [
  { name: 'nothing is dropped', dropped: [] },
  {
    name: 'Connection names fields',
    lines: ['Connection: cookie, X-Requested-With', 'Connection: USER-AGENT,accept'],
    dropped: ['cookie', 'x-requested-with', 'user-agent', 'accept'],
  },
  {
    name: 'Connection names Authorization, which clients cannot remove',
    lines: ['Connection: Authorization'],
    dropped: [],
  },
  {
    name: 'DROP_HEADERS names fields',
    settings: { dropHeaders: ['cookie', 'x-requested-with'] },
    dropped: ['cookie', 'x-requested-with'],
  },
  {
    name: 'DROP_HEADERS names Authorization',
    settings: { dropHeaders: ['authorization'] },
    dropped: ['authorization'],
  },
  {
    name: 'DROP_HEADERS, and a proxy in TRUSTED_PROXIES',
    settings: { dropHeaders: ['cookie', 'authorization'], trustedProxies: ['127.0.0.1'] },
    dropped: [],
  },
  {
    name: 'the service itself sets a field',
    serviceSets: ['User-Agent'],
    dropped: ['user-agent'],
  },
];

/** Those of the fields that came. */
function cameOf(value: (name: Name) => string | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(NAMES.map((name) => [name, value(name) ?? '']).filter(([, it]) => it !== ''));
}

async function check(
  { lines = [], settings = {}, serviceSets = [], dropped }: Case,
  version: 1 | 2,
): Promise<void> {
  await using service = await AuthServer.start((_, response) => response.writeHead(200).end());
  await using scene = await startScene({
    pods: [{ name: 'o1', paths: '/ auth=sso' }],
    settings: {
      http2Plain: true,
      ...settings,
      auths: [{ name: 'sso', url: service.url, headers: serviceSets, timeout: 5_000 }],
    },
  });
  if (version === 1) {
    const fields = Object.entries(SENT).map(([name, value]) => `${name}: ${value}`);
    assert.equal((await scene.exchange(get('/', ...fields, ...lines))).status, 200);
  } else {
    using client = await scene.http2Client();
    client.request(1, [...pseudo(), ...Object.entries(SENT)]);
    assert.equal((await client.answer(1)).status, 200);
  }
  const expected = Object.fromEntries(
    Object.entries(SENT).filter(([name]) => !dropped.includes(name as Name)),
  );
  const pod = await scene.origin('o1').request(0);
  assert.deepEqual(
    cameOf((name) => pod.value(name)),
    expected,
    'the pod',
  );
  const asked = service.requests[0]?.headers ?? {};
  assert.deepEqual(
    cameOf((name) => asked[name]?.toString()),
    expected,
    'the service',
  );
}

for (const it of CASES)
  test(`fields for the service and for the pod: ${it.name} (FA-12)`, () => check(it, 1));

// HTTP/2 has no Connection.
for (const it of CASES.filter(({ lines }) => lines === undefined))
  test(`fields for the service and for the pod, HTTP/2: ${it.name} (FA-12)`, () => check(it, 2));
