import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromiumMissing, chromiumOfFile } from '../../terminal/chromium.ts';
import { Scene, TOKEN } from './scene.ts';
import { accessible, key, openPage, shows, tabTo } from './tools.ts';

const skip = chromiumMissing();
const browser = chromiumOfFile();
const ASKS = 'This router requires a token';

test('the page of a router with a token asks for it, and only the tab keeps it', { skip }, async () => {
  await using scene = await Scene.start({ isGuarded: true });
  const chromium = await browser();
  const page = await openPage(chromium, scene.url());
  await shows(page, ASKS);
  await accessible(page);
  assert.equal(await page.value(`document.querySelector('#token').type`), 'password');
  await tabTo(page, '#token');
  for (const [wrong, answer] of [
    ['two words', 'Expected printable characters'],
    [`${TOKEN}x`, 'This is not the token of this router.'],
  ] as const) {
    await page.value(`document.querySelector('#token').select()`);
    await page.type(wrong);
    await key(page, 'Enter');
    await shows(page, answer);
  }
  assert.equal(await page.value('sessionStorage.length'), 0);
  await page.value(`document.querySelector('#token').select()`);
  await page.type(TOKEN);
  await key(page, 'Enter');
  await shows(page, 'No problems.');
  assert.equal(await page.value('localStorage.length + document.cookie.length'), 0);
  assert.equal(await page.value(`document.documentElement.outerHTML.includes('${TOKEN}')`), false);
  assert.equal(scene.asked.filter((it) => it.includes(TOKEN)).length, 0, 'no URL contains the token');

  await page.send('Page.reload');
  await shows(page, 'No problems.');
  await tabTo(page, 'header button');
  await key(page, 'Enter');
  await shows(page, ASKS);
  assert.equal(await page.value('sessionStorage.length'), 0);
  assert.equal(
    await page.value(`document.body.innerText.includes('podway-7d9f')`),
    false,
    'the data is no longer shown',
  );
  assert.deepEqual(await page.violations(), []);
});

test('every view asks for the token again after the token was changed', { skip }, async () => {
  await using scene = await Scene.start({ isGuarded: true });
  const chromium = await browser();
  const page = await openPage(chromium, scene.url());
  await page.value(`sessionStorage.setItem('podway-operator-token', 'of-another-router-or-of-before')`);
  await page.value(`void (location.hash = '#/routes')`);
  await page.send('Page.reload');
  await shows(page, ASKS);
  await tabTo(page, '#token');
  await page.type(TOKEN);
  await key(page, 'Enter');
  await shows(page, '0 of 0 routes');
});
