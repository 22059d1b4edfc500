import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { LocalScene } from '../local/local-scene.ts';

const CHROMIUM = 'chromium';
const HOST = 'shop.example.com';

/** The content of a page in Chromium after its scripts have run; undefined without Chromium. */
async function show(url: string, ...flags: readonly string[]): Promise<string | undefined> {
  const profile = await mkdtemp(join(tmpdir(), 'podway-chromium-'));
  const all = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    `--user-data-dir=${profile}`,
    '--virtual-time-budget=5000',
  ];
  const child = spawn(CHROMIUM, [...all, ...flags, '--dump-dom', url], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const exit = once(child, 'close');
    const shown = text(child.stdout);
    await exit;
    return await shown;
  } catch {
    return undefined;
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
}

/** A page that tries every access a page can try, and shows the results. */
const foreignPage = (suffixed: string, admin: number) => `<!doctype html><pre id="seen"></pre>
<img src="http://${suffixed}/image"><iframe src="http://${suffixed}/frame"></iframe>
<script src="http://${suffixed}/script"></script>
<script src="http://localhost:${admin}/proxy.pac"></script>
<form id="form" method="post" action="http://${suffixed}/form" target="other"></form><iframe name="other"></iframe>
<script>
  const seen = (what) => { document.getElementById('seen').textContent += what + ';'; };
  seen('pac ' + typeof FindProxyForURL);
  document.getElementById('form').submit();
  const socket = new WebSocket('ws://${suffixed}/socket');
  Promise.all([
    fetch('http://${suffixed}/fetch').then(() => seen('read'), () => seen('not read')),
    fetch('http://${suffixed}/post', { method: 'POST', mode: 'no-cors', body: 'x' }).then(() => 0, () => 0),
    fetch('http://localhost:${admin}/routes').then(() => seen('routes read'), () => seen('routes not read')),
    new Promise((done) => {
      socket.onopen = () => done(seen('socket open'));
      socket.onerror = () => done(seen('socket refused'));
    }),
  ]).then(() => seen('done'));
</script>`;

test('Chromium: pages work under the suffix and by proxy.pac, and a page of another origin gets nothing', async (t) => {
  if ((await show('about:blank')) === undefined) return t.skip('no chromium on this machine');
  await using scene = await LocalScene.start();
  await scene.pod('web-1');
  const { port, admin, flags } = await scene.ports();
  const running = scene.run(flags);
  await running.until('Ctrl-C ends podway.');
  const suffixed = `${HOST}.localhost:${port}`;

  assert.match((await show(`http://${suffixed}/own`)) ?? '', new RegExp(`"url":"/own","host":"${HOST}"`));
  const pac = `--proxy-pac-url=http://127.0.0.1:${admin}/proxy.pac`;
  assert.match(
    (await show(`http://${HOST}/proxied`, pac)) ?? '',
    new RegExp(`"url":"/proxied","host":"${HOST}"`),
  );
  assert.ok(scene.requests.includes('/own') && scene.requests.includes('/proxied'), scene.requests.join(' '));

  scene.requests.length = 0;
  const site = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end(foreignPage(suffixed, admin));
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  const shown = await show(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  site.closeAllConnections();
  site.close();
  const [, seen = ''] = /<pre id="seen">([^<]*)</.exec(shown ?? '') ?? [];
  assert.deepEqual(
    seen
      .split(';')
      .filter((it) => it !== '')
      .sort(),
    ['done', 'not read', 'pac undefined', 'routes not read', 'socket refused'],
  );
  assert.deepEqual(scene.requests, [], 'no pod got a request');
});
