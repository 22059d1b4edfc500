/**
 * Takes the pictures of the dashboard in docs/operator.md: a shop on a real podway, five minutes of load, and a rollout
 * that goes wrong.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Chromium, chromiumMissing, type Page } from '../../terminal/chromium.ts';
import { Shop } from './shop.ts';
import { openPage, shows, type Scheme } from './tools.ts';

/**
 * Duration in seconds; each part of the scene takes its share. For a trial run, give 30 as the argument of this file.
 */
const LASTS = Number(process.argv[2] ?? 300);
const WIDTH = 1180;
/** Maximum size of a picture, in bytes. */
const LARGEST = 150_000;

const missing = chromiumMissing();
if (missing !== false) throw new Error(missing);
await using shop = await Shop.open();
await happens(shop);
await using chromium = await Chromium.start();
for (const scheme of ['light', 'dark'] satisfies Scheme[]) {
  await picture(scheme, 'overview', '', {
    shows: 'Requests a second',
    until: 'section[aria-labelledby=rates]',
  });
  const route = new URLSearchParams({ host: 'shop.example.com', path: '/checkout' });
  await picture(scheme, 'route', `#/route?${route.toString()}`, {
    shows: 'checkout-2',
    until: 'section[aria-labelledby=options]',
    margin: 14,
  });
  await picture(scheme, 'answers', '#/tail', { shows: 'no-ready-pod', until: 'tbody tr:nth-child(12)' });
}

/** @param seconds in a scene of five minutes; a shorter scene waits for its share */
async function pass(seconds: number): Promise<void> {
  await sleep((seconds * LASTS * 1_000) / 300);
}

/** The events of the five minutes. */
async function happens(shop: Shop): Promise<void> {
  shop.serve(12);
  console.log(`${LASTS} seconds of load`);
  await pass(70);
  await shop.pod('web-4', 'shop', 'shop.example.com', '/');
  await pass(90);
  // A version with a slow query, and with an error in one answer of nine.
  for (const number of [1, 2, 3]) {
    await shop.pod(`checkout-${number}`, 'shop', 'shop.example.com', '/checkout deadline=2s', {
      duration: 60,
      failures: 0.11,
    });
    await pass(20);
  }
  shop.setBehaviour('search-1', 'search', 'search.example.com', 'unready');
  shop.setBehaviour('api-3', 'orders', 'api.example.com', 'ready');
  shop.setBehaviour('mail-1', 'mail', 'mail_server.example.com', 'ready');
  await pass(80);
}

/** A picture of the page from its top to the bottom of an element. */
async function picture(
  scheme: Scheme,
  name: string,
  hash: string,
  shown: { readonly shows: string; readonly until: string; readonly margin?: number },
): Promise<void> {
  const { margin = 0 } = shown;
  const { address, operatorPort } = shop.podway;
  const page = await openPage(chromium, `http://${address}:${operatorPort}/${hash}`, scheme);
  await page.resize(WIDTH, 900);
  await shows(page, shown.shows);
  await page.until(`document.querySelector(${JSON.stringify(shown.until)}) !== null`);
  // The charts follow the width of the window.
  await page.value('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  const height = await bottomOf(page, shown.until);
  const { data } = await page.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 75,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width: WIDTH, height: height + margin, scale: 1 },
  });
  const bytes = Buffer.from(data as string, 'base64');
  if (bytes.length > LARGEST) throw new Error(`${name} has ${bytes.length} bytes, more than ${LARGEST}`);
  await writeFile(new URL(`../../../docs/page-${name}-${scheme}.webp`, import.meta.url), bytes);
  console.log(`docs/page-${name}-${scheme}.webp: ${bytes.length} bytes`);
  await page.send('Page.close');
}

async function bottomOf(page: Page, selector: string): Promise<number> {
  return Number(
    await page.value(
      `Math.ceil(document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect().bottom + scrollY)`,
    ),
  );
}
