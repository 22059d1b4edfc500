import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base64 } from '../../fixtures/manifest.ts';
import { Chromium, chromiumMissing } from '../../terminal/chromium.ts';
import { Shop } from './shop.ts';
import { openHash, key, openPage, shows, tabTo } from './tools.ts';

test('the dashboard of a real podway', { skip: chromiumMissing() }, async () => {
  await using shop = await Shop.open();
  const { podway } = shop;
  await using chromium = await Chromium.start();
  const page = await openPage(chromium, `http://${podway.address}:${podway.operatorPort}/`);
  await page.until(`document.querySelector('.facts')?.innerText.includes('Routes\\n6')`);
  await shows(page, 'No problems.');

  await shop.pod('mail-1', 'mail', 'mail.example.com', '/ timeout=9s');
  shop.setBehaviour('web-9', 'web', 'web.example.com', 'unready');
  await shows(page, '1 problem');
  await shows(page, 'Routes without a ready pod');

  await openHash(page, '#/routes?search=mail', 'Routes');
  await shows(page, '1 of 8 routes');
  await tabTo(page, 'main th a');
  await key(page, 'Enter');
  await shows(page, 'timeout=9s');
  await page.value(`document.querySelector('form.explain').requestSubmit()`);
  await shows(page, 'GET / HTTP/1.1');
  await shows(page, 'goes to a pod');

  await openHash(page, '#/explain?host=partner.example.com&path=/feed', 'Explain a request');
  await shows(page, '403 key-refused');
  await page.value(`(() => {
    const form = document.querySelector('form.explain');
    form.elements.key.value = '${base64('of-the-partner')}';
    form.requestSubmit();
  })()`);
  await shows(page, 'goes to a pod');

  await openHash(page, '#/tail?host=partner.example.com', 'Answers from the router itself');
  await shows(page, 'No answers yet.');
  await podway.get('/feed', { host: 'partner.example.com' });
  await podway.get('/feed', { host: 'web.example.com' });
  await shows(page, 'GET partner.example.com/feed');
  assert.equal(await page.value(`document.querySelectorAll('main tbody tr').length`), 1);
  await page.value(`document.querySelector('main td a').click()`);
  await shows(page, 'How far its request came');
  assert.deepEqual(await page.violations(), []);
});
