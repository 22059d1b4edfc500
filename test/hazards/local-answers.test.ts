/** Responses of a pod to a client that uses its host under HOST_SUFFIX. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { head } from '../fixtures/check.ts';
import { ok } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';

const SHOP = 'shop.example.com';
const PODS = [
  { name: 'shop', hosts: `t.local ${SHOP}` },
  { name: 'api', hosts: 'api.example.com' },
  { name: 'wild', hosts: '*.wild.local' },
  { name: 'address', hosts: '127.9.9.9 [2001:db8::1]' },
];
const LOCAL = { hostSuffix: '.localhost', unknownHost: '404' } as const;
const HOST = `${SHOP}.localhost:8080`;

interface AnswerCase {
  readonly name: string;
  /** `Location` or `Set-Cookie` of the pod's response. */
  readonly pod: string;
  /** The field that the client gets; undefined: the same as the pod's. */
  readonly client?: string;
  readonly host?: string;
  readonly target?: string;
  readonly more?: readonly string[];
  readonly trusted?: true;
}

const LOCATIONS: readonly AnswerCase[] = [
  { name: 'the host of the request', pod: `http://${SHOP}/a?b#c`, client: `http://${HOST}/a?b#c` },
  { name: 'in another spelling', pod: `HTTP://Shop.Example.com:80`, client: `http://${HOST}` },
  { name: 'a trailing dot', pod: `http://${SHOP}./a`, client: `http://${HOST}/a` },
  { name: 'without a scheme', pod: `//${SHOP}/a`, client: `//${HOST}/a` },
  { name: 'with TLS, which only the edge has', pod: `https://${SHOP}/b`, client: `http://${HOST}/b` },
  { name: 'its port', pod: `https://${SHOP}:443/b`, client: `http://${HOST}/b` },
  {
    name: 'another host that is routed',
    pod: 'http://api.example.com/a',
    client: 'http://api.example.com.localhost:8080/a',
  },
  { name: 'a wildcard', pod: 'http://x.wild.local/', client: 'http://x.wild.local.localhost:8080/' },
  {
    name: 'port 80 of the client',
    host: `${SHOP}.localhost`,
    pod: `http://${SHOP}/a`,
    client: `http://${SHOP}.localhost/a`,
  },
  {
    name: 'a client with TLS before a balancer',
    more: ['X-Forwarded-Proto: https'],
    trusted: true,
    pod: `http://${SHOP}/a`,
    client: `https://${HOST}/a`,
  },
  {
    name: 'a malformed scheme of a balancer',
    more: ['X-Forwarded-Proto: javascript'],
    trusted: true,
    pod: `http://${SHOP}/a`,
    client: `http://${HOST}/a`,
  },
  // Without TLS, a pod that requires https would send the same redirect again.
  { name: 'the URL of the request, with TLS', target: '/a?b', pod: `https://${SHOP}/a?b` },
  { name: 'the URL of the request, with TLS and a fragment', pod: `https://${SHOP}#c` },
  { name: 'a path', pod: '/a' },
  { name: 'a relative path', pod: '../a' },
  { name: 'a host that no pod declares', pod: 'http://other.example.com/a' },
  { name: 'another port', pod: `http://${SHOP}:8443/a` },
  { name: 'the port of another scheme', pod: `http://${SHOP}:443/a` },
  { name: 'no port', pod: `http://${SHOP}:/a` },
  { name: 'a host that is already under the suffix', pod: `http://${SHOP}.localhost:9999/a` },
  { name: 'a user', pod: `http://a@${SHOP}/` },
  { name: 'a host that only browsers read as one', pod: `http:\\\\${SHOP}/` },
  { name: 'another scheme', pod: `ftp://${SHOP}/` },
  { name: 'an IPv6 address', pod: 'http://[2001:db8::1]/' },
  { name: 'the request is not under the suffix', host: SHOP, pod: `http://${SHOP}/a` },
];

const COOKIES: readonly AnswerCase[] = [
  { name: 'no domain', pod: 'a=b; Path=/; Secure' },
  {
    name: 'the host of the request',
    pod: `a=b; Domain=${SHOP}; Path=/`,
    client: `a=b; Domain=${SHOP}.localhost; Path=/`,
  },
  {
    name: 'in another spelling',
    pod: `a=b;Path=/;\tDOMAIN = .Shop.example.com `,
    client: `a=b;Path=/; Domain=${SHOP}.localhost`,
  },
  { name: 'a domain above it', pod: 'a=b; Domain=example.com; Path=/', client: 'a=b; Path=/' },
  { name: 'a top-level domain', pod: 'a=b; Path=/; Domain=.com', client: 'a=b; Path=/' },
  {
    name: 'twice',
    pod: `a=b; Domain=example.com; Domain=${SHOP}`,
    client: `a=b; Domain=${SHOP}.localhost`,
  },
  { name: 'another host, which browsers refuse', pod: 'a=b; Domain=api.example.com' },
  { name: 'half a label', pod: 'a=b; Domain=p.example.com' },
  { name: 'an empty domain, which browsers ignore', pod: 'a=b; Domain=; Path=/' },
  { name: 'a cookie value that looks like a domain', pod: `a=Domain=${SHOP}` },
  { name: 'another attribute', pod: `a=b; X-Domain=${SHOP}; Domains=${SHOP}` },
  { name: 'the request is not under the suffix', host: SHOP, pod: `a=b; Domain=${SHOP}` },
];

async function check(field: 'Location' | 'Set-Cookie', one: AnswerCase): Promise<void> {
  const { host = HOST, target = '/', more = [] } = one;
  const settings = { ...LOCAL, ...(one.trusted === true && { trustedProxies: ['127.0.0.1'] }) };
  await using scene = await startScene({ pods: PODS, settings });
  const around = ['X-Before: 1', `${field}: ${one.pod}`, 'X-After:  2'];
  scene.origin('shop').answer = [ok('body', ...around)];
  const answer = await scene.exchange(head(`GET ${target} HTTP/1.1`, `Host: ${host}`, ...more));
  assert.equal(answer.text, 'body');
  assert.deepEqual(answer.values(field.toLowerCase()), [(one.client ?? one.pod).trim()]);
  assert.equal(answer.value('x-before'), '1');
  assert.equal(answer.value('x-after'), '2');
}

for (const one of LOCATIONS)
  test(`Location: ${one.name}: ${one.pod} (LO-10)`, async () => check('Location', one));
for (const one of COOKIES)
  test(`Set-Cookie: ${one.name}: ${one.pod} (LO-11)`, async () => check('Set-Cookie', one));
