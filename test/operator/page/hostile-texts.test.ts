import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chromium, chromiumMissing } from '../../terminal/chromium.ts';
import { documents } from './documents.ts';
import { Scene } from './scene.ts';
import { HOSTILE } from './shown.ts';
import { openHash, openPage, shows } from './tools.ts';
import { VIEWS } from './views.ts';

test('texts of other users are shown as text in every view (EX-03)', {
  skip: chromiumMissing(),
}, async () => {
  const text = HOSTILE.join(' ');
  await using scene = await Scene.start({ pages: documents(text) });
  await using chromium = await Chromium.start();
  const page = await openPage(chromium, scene.url());
  for (const [hash, heading, sign] of VIEWS) {
    await openHash(page, hash, heading);
    if (sign !== '10,000 of 10,000 routes' && heading !== 'Not found') await shows(page, text.slice(0, 80));
    assert.equal(await page.value('window.owned'), undefined, hash);
    assert.equal(await page.value(`document.querySelectorAll('img, main script, main svg').length`), 0, hash);
  }
  const route = `#/route?${new URLSearchParams({ host: text, path: text }).toString()}`;
  await openHash(page, route, text + text);
  assert.equal(await page.value('window.owned'), undefined);
  assert.deepEqual(await page.violations(), []);
});
