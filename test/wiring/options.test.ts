import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { closest } from '../../src/wiring/closest.ts';
import { readItems } from '../../src/wiring/annotations/items.ts';
import { wirePod } from '../../src/wiring/annotations/wiring.ts';
import { OPTIONS } from '../../src/wiring/options/table.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';
import { aPod } from './objects.ts';

interface WordsCase {
  readonly options?: string;
  readonly paths: string;
  /** `port path options` of each wiring. */
  readonly wirings: readonly string[];
  /** `reason detail` of each rejection. */
  readonly rejections?: readonly string[];
}

const HTTPS = 'proto=https server-name=api.internal';
const VERIFIED = 'proto=https server-name=api.internal';

const CASES: readonly WordsCase[] = [
  { paths: '80:/ 81:/a', wirings: ['80 /', '81 /a'] },
  { paths: `80:/ ${HTTPS}`, wirings: [`80 / ${VERIFIED}`] },
  { paths: `80:/\n  ${HTTPS}\n81:/a\n`, wirings: [`80 / ${VERIFIED}`, '81 /a'] },
  { paths: '80:/ proto="http" 81:/a', wirings: ['80 / proto=http', '81 /a'] },
  {
    paths: '80:/ server-name=API.Internal proto=https',
    wirings: ['80 / proto=https server-name=API.Internal'],
  },
  { paths: '80:/ proto=h2c 81:/ proto=grpc', wirings: ['80 / proto=h2c', '81 / proto=grpc'] },
  { paths: '80:/ proto=grpcs server-name=a', wirings: ['80 / proto=grpcs server-name=a'] },
  {
    paths: '80:/ proto=grpcs',
    wirings: ['80 / refused'],
    rejections: ['option-conflict 80:/ proto=h2 without server-name='],
  },
  {
    paths: '80:/ proto=h2c server-name=a',
    wirings: ['80 / refused'],
    rejections: ['option-conflict 80:/ server-name= without proto=https or proto=h2'],
  },
  { paths: '80:/ proto=https-unverified', wirings: ['80 / proto=https-unverified'] },
  // One port with two protocols, on two paths.
  { paths: `80:/ 80:/a ${HTTPS}`, wirings: ['80 /', `80 /a ${VERIFIED}`] },
  {
    paths: `80:/ 80:/ ${HTTPS} 81:/`,
    wirings: ['80 / refused', '81 /'],
    rejections: ['options-differ 80:/'],
  },
  {
    paths: '80:/ protocol=https 81:/a',
    wirings: ['80 / refused', '81 /a'],
    rejections: ['option-unknown 80:/ protocol=https'],
  },
  {
    paths: '80:/ porto=https',
    wirings: ['80 / refused'],
    rejections: ['option-unknown 80:/ porto=https (did you mean proto?)'],
  },
  {
    paths: '80:/ Proto=https',
    wirings: ['80 / refused'],
    rejections: ['option-unknown 80:/ Proto=https (did you mean proto?)'],
  },
  { paths: '80:/ toString', wirings: ['80 / refused'], rejections: ['option-unknown 80:/ toString'] },
  {
    paths: '80:/ metods=GET 81:/a',
    wirings: ['80 / refused', '81 /a'],
    rejections: ['option-unknown 80:/ metods=GET (did you mean methods?)'],
  },
  // `?` lifts the requirement that podway knows the option.
  { paths: '80:/ ?metods=GET ?methods=GET', wirings: ['80 / methods=GET'] },
  ...['proto:https', 'proto', 'proto=', 'proto=HTTPS', 'proto="https', 'proto="https"x', 'proto=""'].map(
    (word) => ({
      paths: `80:/ ${word} 81:/a`,
      wirings: ['80 / refused', '81 /a'],
      rejections: [`option-malformed 80:/ ${word} (${values('proto')})`],
    }),
  ),
  {
    paths: '80:/ proto=http proto=http',
    wirings: ['80 / refused'],
    rejections: ['option-repeated 80:/ proto=http'],
  },
  {
    paths: '80:/ proto=https',
    wirings: ['80 / refused'],
    rejections: ['option-conflict 80:/ proto=https without server-name='],
  },
  ...['*.a', '10.0.0.1', '[::1]', 'a:1', 'a.', 'a_b', '-'].map((name) => ({
    paths: `80:/ proto=https server-name=${name}`,
    wirings: ['80 / refused'],
    rejections: [`option-malformed 80:/ server-name=${name} (${values('server-name')})`],
  })),
  ...['get', 'GET,', 'TRACE', 'GET POST'].map((methods) => ({
    paths: `80:/ methods="${methods}"`,
    wirings: ['80 / refused'],
    rejections: [`option-malformed 80:/ methods="${methods}" (${values('methods')})`],
  })),
  // A mistake in a tuning leaves that option out.
  ...['many', '-1', '', '1t'].map((size) => ({
    paths: `80:/ collect=${size} methods=GET`,
    wirings: ['80 / methods=GET'],
    rejections: [`option-malformed 80:/ collect=${size} (${values('collect')})`],
  })),
  {
    paths: '80:/ buffer=1g',
    wirings: ['80 / buffer=1g'],
    rejections: ['option-over-limit 80:/ buffer=1g (counts as 1048576 bytes)'],
  },
  {
    paths: `80:/ ${'a=b '.repeat(33)}81:/a`,
    wirings: ['80 / refused', '81 /a'],
    rejections: ['option-malformed 80:/ 33 options, at most 32'],
  },
  {
    paths: `80:/ methods=${'A'.repeat(65_536)}`,
    wirings: ['80 / refused'],
    rejections: ['option-malformed 80:/ 65544 characters, at most 8192'],
  },
  {
    paths: `80:/ x${'x'.repeat(400)}`,
    wirings: ['80 / refused'],
    rejections: [`option-unknown 80:/ ${'x'.repeat(195)}`],
  },
  // Letters that look alike, and a space that does not separate.
  {
    paths: '80:/ m\u0435thods=GET 81:/ methods=GET\u00a0,POST',
    wirings: ['80 / refused', '81 / refused'],
    rejections: [
      'option-unknown 80:/ m\\u0435thods=GET',
      `option-malformed 81:/ methods=GET\\u00a0,POST (${values('methods')})`,
    ],
  },
  // A rejected path does not pass its options to the path before it.
  { paths: `80:/ x:/b 81:/a`, wirings: ['80 / refused', '81 /a'], rejections: ['option-unknown 80:/ x:/b'] },
  { paths: `80:/ /b ${HTTPS}`, wirings: ['80 /'], rejections: ['not-port-path /b'] },
  { paths: `proto=https 80:/`, wirings: ['80 /'], rejections: ['option-without-item proto=https'] },
  {
    paths: '80:/ strip replace=/b',
    wirings: ['80 / refused'],
    rejections: ['option-conflict 80:/ strip with replace='],
  },
  // Options for all paths; those of one path take precedence.
  {
    options: 'methods=GET buffer=8k',
    paths: '80:/ 81:/a methods=POST',
    wirings: ['80 / buffer=8k methods=GET', '81 /a buffer=8k methods=POST'],
  },
  { options: 'proto=https', paths: '80:/ server-name=a', wirings: ['80 / proto=https server-name=a'] },
  {
    options: 'metods=GET',
    paths: '80:/ 81:/a',
    wirings: ['80 / refused', '81 /a refused'],
    rejections: ['option-unknown metods=GET (did you mean methods?)'],
  },
  {
    options: 'collect=x',
    paths: '80:/ 81:/a methods=GET',
    wirings: ['80 /', '81 /a methods=GET'],
    rejections: [`option-malformed collect=x (${values('collect')})`],
  },
  { options: '80:/x', paths: '80:/', wirings: ['80 / refused'], rejections: ['option-unknown 80:/x'] },
];

function values(word: string): string {
  return `${word}=VALUE: ${OPTIONS[word]?.value}`;
}

for (const one of CASES) {
  const title = [one.paths.slice(0, 80), one.options ?? ''].join(' ');
  test(`${title} (OP-01, OP-05, OP-06, OP-09, OP-10, OP-11, OP-16)`, () => check(one));
}

function check({ options, paths, wirings, rejections = [] }: WordsCase): void {
  const wired = wirePod(aPod({ hosts: 'a', paths, options, ports: [80, 81] }), INVENTORY_OPTIONS);
  assert.deepEqual(
    wired.wirings.map(({ port, path, options }) => `${port} ${path} ${options.text}`.trimEnd()),
    wirings,
  );
  assert.deepEqual(
    wired.rejections.map(({ reason, detail }) => `${reason} ${detail.replace(/\.\.\.$/, '')}`),
    rejections,
  );
}

const NOT_SET = [
  'A: b\u0007',
  'A: \u00e4',
  'A:',
  'A b: c',
  ': b',
  'A',
  'Host: b',
  'content_length: 1',
  'Connection: close',
  'X-Forwarded-For: 1',
  'X.Forwarded.Prefix: /',
  'X-ROUTING-API-KEY: a',
  'X_Routing_Api_Key: a',
  'X-Request-Id: 1',
  'Proxy: a',
  'X-Original-URL: /',
  'traceparent: 0',
  'Sec-WebSocket-Key: a',
  'Transfer-Encoding: chunked',
];
const REFUSED_FIELDS: readonly string[] = [
  ...NOT_SET.map((field) => `set-request="${field}"`),
  ...['Set-Cookie: a=b', 'Vary: Origin', 'Access-Control-Allow-Origin: *', 'Date: now'].map(
    (field) => `set-response="${field}"`,
  ),
  ...['Host', 'Vary', 'access_control_allow_origin', 'X-Forwarded-For', 'a,,b', 'a b'].map(
    (name) => `drop-response="${name}"`,
  ),
  ...['Host', 'Content-Length', 'X-Routing-Api-Key'].map((name) => `drop-request=${name}`),
];

for (const word of REFUSED_FIELDS)
  test(`a pod may not set or drop the field: ${word} (HE-02, HE-04)`, () => {
    const { wirings, rejections } = wirePod(
      aPod({ hosts: 'a', paths: `80:/ ${word}`, ports: [80] }),
      INVENTORY_OPTIONS,
    );
    assert.deepEqual(
      wirings.map(({ options }) => options.text),
      [word.startsWith('set-response') ? '' : 'refused'],
    );
    assert.deepEqual(
      rejections.map(({ reason }) => reason),
      ['option-malformed'],
    );
  });

for (const path of ['/v2/../x', '//h', '/a?b', 'http://h/', '/a#b', 'v2', '/%2e%2e', '/a b'])
  test(`no path may begin with: ${path} (ST-10)`, () => {
    const paths = `80:/ replace="${path}"`;
    const { wirings } = wirePod(aPod({ hosts: 'a', paths, ports: [80] }), INVENTORY_OPTIONS);
    assert.deepEqual(
      wirings.map(({ options }) => options.text),
      ['refused'],
    );
  });

test('an undefined service of auth= is rejected (FA-01)', () => {
  const { wirings, rejections } = wirePod(
    aPod({ hosts: 'a', paths: '80:/ auth=other', ports: [80] }),
    INVENTORY_OPTIONS,
  );
  assert.deepEqual(
    [wirings.map(({ options }) => options.text), rejections.map(({ reason }) => reason)],
    [['refused'], ['auth-unknown']],
  );
});

test('items without options are split at white space', () => {
  const token = fc.stringMatching(/^[^\sA-Za-z?][^\s]{0,12}$/);
  fc.assert(
    fc.property(fc.array(token), fc.constantFrom(' ', '\n', '\t \r\n'), (tokens, space) => {
      const { items } = readItems(tokens.join(space));
      assert.deepEqual(
        items,
        tokens.map((text) => ({ text, options: [] })),
      );
    }),
  );
});

test('no text causes an exception, and no option is lost', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('8', ':', '/', 'a', '=', '"', ' ', '-', '\n') }),
      (text) => {
        const read = readItems(text);
        const all = [...read.strays, ...read.items.flatMap((item) => [item.text, ...item.options])];
        assert.equal(all.join('').replaceAll(/[ \n]/g, ''), text.replaceAll(/[ \n]/g, ''));
        wirePod(aPod({ hosts: 'a', paths: text }), INVENTORY_OPTIONS);
      },
    ),
  );
});

test('podway suggests a name for a name with up to two mistakes', () => {
  const names = ['proto', 'server-name'];
  const cases = {
    prot: 'proto',
    porto: 'proto',
    servername: 'server-name',
    'serv-nam': undefined,
    p: undefined,
  };
  for (const [written, meant] of Object.entries(cases)) assert.equal(closest(written, names), meant, written);
});
