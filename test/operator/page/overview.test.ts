import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromiumMissing, chromiumOfFile } from '../../terminal/chromium.ts';
import { Scene } from './scene.ts';
import { broken, quietPod, HOSTILE, points, TIME } from './shown.ts';
import { accessible, key, openPage, shows, type Scheme, tabTo } from './tools.ts';
import { sampleOf } from '../../fixtures/wide.ts';

const skip = chromiumMissing();
const browser = chromiumOfFile();

test('the overview in Chromium', { skip }, async (t) => {
  await using scene = await Scene.start();
  const chromium = await browser();

  for (const scheme of sampleOf<Scheme>(['light', 'dark'], 1)) {
    await t.test(`is accessible, in ${scheme}, for a router with and without problems`, async () => {
      scene.state = quietPod();
      const page = await openPage(chromium, scene.url(), scheme);
      await shows(page, 'No problems.');
      await accessible(page);
      assert.equal(await page.value('document.title'), 'Overview · podway');
      scene.change(broken());
      await shows(page, '38 problems');
      await page.value(`document.querySelectorAll('details').forEach((it) => (it.open = true))`);
      await shows(page, 'Requests a second');
      await accessible(page);
      assert.equal(await page.value('document.title'), '(38) Overview · podway');
      assert.deepEqual(await page.violations(), []);
      await page.send('Page.close');
    });
  }

  await t.test('shows problems of the router itself first', async () => {
    scene.state = broken();
    const page = await openPage(chromium, scene.url());
    await shows(page, 'not ready');
    const headings = await page.value(`[...document.querySelectorAll('h1, h2')].map((it) => it.textContent)`);
    assert.deepEqual(headings, [
      'Overview',
      'Router',
      'Problems',
      'The last quarter of an hour',
      'Routes with most requests',
    ]);
    for (const text of ['does not listen', 'behind, at 41', 'not followed since', 'silent'])
      await shows(page, text);
    await page.send('Page.close');
  });

  await t.test('draws new figures, and keeps a quarter of an hour of them', async () => {
    scene.state = { ...quietPod(), points: points(179) };
    const page = await openPage(chromium, scene.url());
    await shows(page, 'No problems.');
    await page.value(`document.querySelector('section[aria-labelledby=rates] details').open = true`);
    const rows = `[...document.querySelectorAll('section[aria-labelledby=rates] tbody tr')].map((it) => it.cells[9].textContent)`;
    await page.until(`${rows}.length === 15`);
    for (const at of [1, 2, 3]) {
      const [point] = points(1);
      scene.change(
        { points: [[TIME / 1_000 + at * 5, ...(point?.slice(1) ?? [])] as never] },
        TIME + at * 5_000,
      );
    }
    await page.until(`${rows}[0] === '40'`);
    assert.equal(await page.value(`${rows}.length`), 15);
    assert.equal(await page.value(`document.querySelectorAll('canvas').length`), 4);
    await page.send('Page.close');
  });

  await t.test('reports that its data is old when the router is not reachable, and recovers', async () => {
    scene.state = quietPod();
    const page = await openPage(chromium, scene.url());
    await shows(page, 'No problems.');
    // The page tries again with back-off. This setTimeout never ends pauses of 700 ms and more, so the page tries again
    // only when the test requests it.
    await page.value(
      `void (window.setTimeout = ((timer) => (work, pause) => (pause < 700 ? timer(work, pause) : 0))(window.setTimeout))`,
    );
    const tryNow = `[...document.querySelectorAll('button')].find((it) => it.textContent === 'Try now')`;
    scene.leave();
    await page.until(`${tryNow} !== undefined`);
    await page.value(`${tryNow}.click()`);
    await shows(page, 'the router is gone');
    await shows(page, 'The data shown is from');
    await page.until(`document.querySelector('main').className === 'stale'`);
    await accessible(page);
    scene.come();
    await page.value(`${tryNow}.click()`);
    await shows(page, 'No problems.');
    await page.until(`document.querySelector('main').className === ''`);
    await page.send('Page.close');
  });

  await t.test('can be used with the keyboard only', async () => {
    scene.state = broken();
    const page = await openPage(chromium, scene.url());
    await shows(page, '38 problems');
    await tabTo(page, '.skip');
    await key(page, 'Enter');
    assert.equal(await page.value('document.activeElement.localName'), 'main');
    await tabTo(page, 'summary');
    await key(page, 'Enter');
    await page.until(`!document.querySelector('details').open`);
    // A closed group stays closed when new data arrives.
    scene.change({ now: quietPod().now });
    await page.until(`document.querySelector('.figures').innerText.includes('4.2 ms')`);
    assert.equal(await page.value(`document.querySelector('details').open`), false);
    await page.send('Page.close');
  });
});

test('texts of other users are shown as text (EX-03)', { skip }, async () => {
  await using scene = await Scene.start();
  const chromium = await browser();
  for (const text of sampleOf(HOSTILE, 2)) {
    scene.state = broken(text, text);
    const page = await openPage(chromium, scene.url());
    await shows(page, '38 problems');
    const texts = `[...document.querySelectorAll('.foreign')].filter((it) => it.textContent.includes(${JSON.stringify(text)})).length`;
    assert.ok(Number(await page.value(texts)) > 10, text);
    assert.equal(await page.value('window.owned'), undefined, text);
    assert.equal(await page.value(`document.querySelectorAll('img, main script, main svg').length`), 0, text);
    const links = await page.value(
      `[...document.links].filter((it) => !it.getAttribute('href').startsWith('#')).length`,
    );
    assert.equal(links, 0, text);
    assert.deepEqual(await page.violations(), [], text);
    await page.send('Page.close');
  }
});

test('a text cannot hide or reverse the text next to it (EX-03)', { skip }, async () => {
  await using scene = await Scene.start();
  const chromium = await browser();
  scene.state = broken('shop.example.com', '\u202eegnahc\u0000\u200b');
  const page = await openPage(chromium, scene.url());
  await shows(page, '\\u202eegnahc\\u0000\\u200b');
  scene.change(broken('shop.example.com', 'x'.repeat(5_000)));
  await shows(page, 'xxx…');
  const wide = `[...document.querySelectorAll('body *')].filter((it) => it.getBoundingClientRect().right > innerWidth && it.closest('.scroll, .unseen') === null)`;
  assert.equal(await page.value(`${wide}.map((it) => it.outerHTML.slice(0, 80)).join()`), '');
});
