import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { AuthServer, sso } from '../fixtures/auth-service.ts';
import { ok, readBody } from '../fixtures/origin.ts';
import { startScene, type Scene, type SceneSpec, type Site } from '../fixtures/scene.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';

const HEADERS = ['X-Auth-User'];
const SESSION = 'Cookie: session=ada';

function sceneOf(
  { url }: Pick<AuthServer, 'url'>,
  { pods, ...more }: Omit<SceneSpec, 'settings'>,
  settings: SettingsOverrides = {},
): Promise<Scene> {
  const auths = [{ name: 'sso', url, headers: HEADERS, timeout: 5_000 }];
  return startScene({ pods, ...more, settings: { auths, ...settings } });
}

/** A service that answers as `sso` does, but only after the test releases the answers. */
function heldUp(): { readonly answers: RequestListener; readonly release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    answers: (request, response) => void promise.then(() => sso(request, response)),
    release: resolve,
  };
}

const POD: Site = { name: 'o1', paths: '/ auth=sso' };
const upload = (...lines: readonly string[]) =>
  ['POST / HTTP/1.1', 'Host: t.local', ...lines, '', ''].join('\r\n');

interface BodyCase {
  readonly name: string;
  readonly settings?: SettingsOverrides;
  /** The parts of the body that are sent with the head, while the service decides, and after its response. */
  readonly sent: readonly [string, string, string];
  readonly lines: readonly string[];
}

const LENGTH = 'Content-Length: 6';
const CHUNKED = 'Transfer-Encoding: chunked';
const COLLECTING: SettingsOverrides = { collectRequest: 65_536 };

const PLAIN: readonly BodyCase[] = [
  { name: 'with its head', lines: [LENGTH], sent: ['abcdef', '', ''] },
  { name: 'while the service decides', lines: [LENGTH], sent: ['', 'abcdef', ''] },
  { name: 'after its answer', lines: [LENGTH], sent: ['', '', 'abcdef'] },
  { name: 'in pieces', lines: [LENGTH], sent: ['ab', 'cd', 'ef'] },
  { name: 'in chunks', lines: [CHUNKED], sent: ['2\r\nab\r\n', '4\r\ncdef\r\n', '0\r\n\r\n'] },
];
const BODIES = [
  ...PLAIN,
  ...PLAIN.map((it) => ({ ...it, name: `${it.name}, collected`, settings: COLLECTING })),
];

for (const { name, settings, lines, sent } of BODIES)
  test(`a body that arrives ${name} reaches the pod`, async () => {
    const { answers, release } = heldUp();
    await using service = await AuthServer.start(answers);
    await using scene = await sceneOf(service, { pods: [{ ...POD, answer: [readBody, ok('')] }] }, settings);
    using client = await scene.client();
    await client.send(upload(SESSION, ...lines) + sent[0]);
    await service.untilRequested(1);
    await client.send(sent[1]);
    for (let times = 0; times < 5; times += 1) await turn();
    assert.equal(scene.origin('o1').requests.length, 0);
    release();
    const response = client.exchange(sent[2], 'POST');
    assert.equal((await (await scene.origin('o1').request(0)).body).content.toString(), 'abcdef');
    assert.equal((await response).status, 200);
  });
