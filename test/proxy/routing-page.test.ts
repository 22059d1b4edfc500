import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { OPTIONS } from '../../src/wiring/options/table.ts';
import { AuthServer } from '../fixtures/auth-service.ts';
import type { RequestListener } from 'node:http';
import { podManifest } from '../fixtures/manifest.ts';
import { ok, Origin } from '../fixtures/origin.ts';
import type { RawResponse } from '../fixtures/raw-client.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import { startRouter } from '../fixtures/router.ts';

const PAGE = readFileSync(new URL('../../docs/routing.md', import.meta.url), 'utf8');
const HOST = 'shop.example.com';

/** The lines of an example: items of pods, then requests with their results. */
interface Example {
  readonly title: string;
  readonly items: readonly string[];
  readonly requests: readonly (readonly string[])[];
}

const sections = PAGE.split(/^(?=### )/m).slice(1);

const EXAMPLES: readonly Example[] = sections.flatMap((section) => {
  const title = /^### (.*)$/m.exec(section)?.[1] ?? '';
  return [...section.matchAll(/^```example\n(.*?)^```$/gms)].map(([, text = '']) => {
    const lines = text.trimEnd().split('\n');
    const first = lines.findIndex((line) => !/^\d/.test(line));
    const requests = lines.slice(first).join('\n').split('\n\n');
    return { title, items: lines.slice(0, first), requests: requests.map((it) => it.split('\n')) };
  });
});

test('docs/routing.md has a section for every option', () => {
  const titled = sections.map((it) => /^### `([a-z-]+)=?`$/m.exec(it)?.[1] ?? it.slice(0, 40));
  assert.deepEqual(titled.toSorted(), Object.keys(OPTIONS).toSorted());
});

for (const example of EXAMPLES)
  test(`docs/routing.md: ${example.title}: ${example.items.join(' | ')}`, async () => {
    const answer: { fields: readonly string[] } = { fields: [] };
    const origins = await Promise.all(
      example.items.map(async (_, at) => {
        const reply = ({ connection }: { readonly connection: { readonly socket: NodeJS.WritableStream } }) =>
          connection.socket.write(ok(String(at + 1), ...answer.fields));
        return await Origin.start(String(at + 1), [reply]);
      }),
    );
    const pods = example.items.map((item, at) => {
      const { port } = origins[at] as Origin;
      return podManifest({
        name: `p${at + 1}`,
        hosts: HOST,
        paths: item.replace(/^3000:/, `${port}:`),
        port,
      });
    });
    await using service = await AuthServer.start(login);
    const auths = [{ name: 'sso', url: service.url, headers: ['X-Auth-Request-User'], timeout: 5_000 }];
    const settings = { trustedProxies: ['127.0.0.1'], auths };
    const router = await startRouter({ pods, secrets: [], settings });
    try {
      for (const lines of example.requests) await check(router.port, origins, lines, answer);
    } finally {
      router.close();
      for (const origin of origins) await origin.close();
    }
  });

/** Redirects clients without a session to the login page. */
const login: RequestListener = (request, response) => {
  const user = /^session=(\w+)$/.exec(request.headers.cookie ?? '')?.[1];
  const back = encodeURIComponent(String(request.headers['x-forwarded-uri']));
  if (user === undefined) response.writeHead(302, { location: `/oauth2/start?rd=${back}` }).end();
  else response.writeHead(202, { 'x-auth-request-user': user }).end();
};

async function check(
  port: number,
  origins: readonly Origin[],
  lines: readonly string[],
  answer: { fields: readonly string[] },
): Promise<void> {
  const of = (mark: string) => lines.filter((it) => it.startsWith(mark)).map((it) => it.slice(mark.length));
  const [line = '', ...fields] = of('> ');
  answer.fields = of('pod< ');
  const before = origins.map(({ requests }) => requests.length);
  const declares = fields.some((it) => /^content-length:/i.test(it));
  const length = declares || line.startsWith('GET') ? [] : ['Content-Length: 0'];
  using client = await RawClient.connect(port);
  const response = await client.exchange(
    [`${line} HTTP/1.1`, `Host: ${HOST}`, ...fields, ...length, '', ''].join('\r\n'),
  );
  for (const expected of of('< ')) checkResponse(response, expected);
  const asked = origins.findIndex(({ requests }, at) => requests.length > (before[at] ?? 0));
  const request = origins[asked]?.requests.at(-1);
  for (const expected of of('pod ')) {
    assert.ok(request, `no pod got ${line}`);
    if (/^\d$/.test(expected)) assert.equal(asked + 1, Number(expected));
    else if (expected.startsWith('!'))
      assert.ok(!request.head.lines.some((it) => isField(it, expected.slice(1))));
    else
      assert.ok(
        [request.head.start.replace(/ HTTP.*/, ''), ...request.head.lines].includes(expected),
        expected,
      );
  }
}

function checkResponse(response: RawResponse, expected: string): void {
  if (/^\d+$/.test(expected)) assert.equal(response.status, Number(expected));
  else if (expected.startsWith('!'))
    assert.ok(!response.head.lines.some((it) => isField(it, expected.slice(1))));
  else assert.ok(response.head.lines.includes(expected), `${expected}: ${response.head.lines.join(' | ')}`);
}

function isField(line: string, name: string): boolean {
  return line.toLowerCase().startsWith(`${name.toLowerCase()}:`);
}
