import assert from 'node:assert/strict';
import { test } from 'node:test';
import { json } from '../../../src/admin/answers.ts';
import type { StreamEvent } from '../../../src/operator/operator-answers.ts';
import { chromiumMissing, chromiumOfFile } from '../../terminal/chromium.ts';
import { documents, ownAnswer } from './documents.ts';
import { Scene } from './scene.ts';
import { broken } from './shown.ts';
import { accessible, openHash, key, openPage, shows, type Scheme, tabTo } from './tools.ts';
import { ROUTE, VIEWS } from './views.ts';
import { sampleOf } from '../../fixtures/wide.ts';

const skip = chromiumMissing();
const browser = chromiumOfFile();

test('the views of the dashboard in Chromium', { skip }, async (t) => {
  let push: (event: StreamEvent) => void = () => undefined;
  let asked: { readonly query: URLSearchParams; readonly key: readonly string[] | undefined } | undefined;
  const pages = documents();
  const { '/explain': explain } = pages;
  pages['/explain'] = (question) => {
    asked = { query: question.query, key: question.headers['x-team-key'] };
    return explain?.(question) ?? json(404, {});
  };
  pages['/tail'] = () => ({
    kind: 'stream',
    run: (send, signal) => {
      push = send;
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
  });
  await using scene = await Scene.start({ pages });
  scene.state = broken();
  const chromium = await browser();

  for (const scheme of sampleOf<Scheme>(['light', 'dark'], 1)) {
    await t.test(`are accessible, in ${scheme}`, async () => {
      const page = await openPage(chromium, scene.url(), scheme);
      for (const [hash, heading, sign] of sampleOf(VIEWS, 4)) {
        await openHash(page, hash, heading);
        await page.until(`document.querySelector('main').outerHTML.includes(${JSON.stringify(sign)})`);
        await accessible(page);
      }
      assert.deepEqual(await page.violations(), []);
      await page.send('Page.close');
    });
  }

  await t.test('the current minute, which has just begun, does not look like an outage', async () => {
    const page = await openPage(chromium, scene.url(ROUTE));
    await page.until(`document.querySelector('.legend')?.innerText.trim() === 'requests 10.2'`);
    await page.send('Page.close');
  });

  await t.test('the history is shown for routers that report it', async () => {
    const page = await openPage(chromium, scene.url());
    await page.until(`[...document.querySelectorAll('nav a')].at(-1).textContent === 'History'`);
    await page.value(`document.querySelector('[aria-labelledby=rates] a').click()`);
    await shows(page, 'Revisions before 7 are no longer remembered.');
    await page.value(`document.querySelector('#history-host').value = 'a.example.com'`);
    await page.value(`document.querySelector('main form').requestSubmit()`);
    await page.until(`location.hash === '#/history?host=a.example.com'`);
    await page.until(`document.querySelector('main td:last-child a')?.textContent === 'explain'`);
    await page.value(`document.querySelector('main td:last-child a').click()`);
    await shows(page, 'goes to a pod');
    assert.equal(asked?.query.get('at'), '9');
    await page.send('Page.close');
  });

  await t.test('ten thousand routes are searched while the user types, with the keyboard only', async () => {
    const page = await openPage(chromium, scene.url('#/routes'));
    await shows(page, '10,000 of 10,000 routes');
    assert.equal(await page.value(`document.querySelectorAll('main tbody tr').length`), 100);
    await shows(page, 'and 9,900 more');
    await tabTo(page, '#search');
    await page.type('app-777');
    await shows(page, '11 of 10,000 routes');
    assert.equal(await page.value('location.hash'), '#/routes?search=app-777');
    await tabTo(page, 'main td a, main th a');
    await key(page, 'Enter');
    await page.until(`document.querySelector('main h1')?.textContent === 'app-777.example.com/'`);
    assert.equal(
      await page.value('document.activeElement.localName'),
      'h1',
      'the next Tab is in the new view',
    );
    await page.value('history.back()');
    await shows(page, '11 of 10,000 routes');
    await page.send('Page.close');
  });

  await t.test('a question sends its key as a header field, and its URL contains no secret', async () => {
    const page = await openPage(chromium, scene.url('#/explain'));
    await page.until(`document.querySelector('#explain-key:enabled') !== null`);
    assert.equal(asked?.query.get('host') === 'other.example.com', false);
    const fields = {
      host: 'other.example.com',
      path: '/a?b=c',
      fields: 'Cookie: session=secret-cookie\n\nAccept: */*',
      key: 'secret-key',
      peer: '198.51.100.1',
    };
    await page.value(`(() => {
      const form = document.querySelector('form.explain');
      form.querySelector('details').open = true;
      for (const [name, value] of Object.entries(${JSON.stringify(fields)})) form.elements[name].value = value;
      form.elements.method.value = 'POST';
      form.elements.tls.checked = true;
      form.requestSubmit();
    })()`);
    await shows(page, 'goes to a pod');
    assert.deepEqual(
      [...(asked?.query ?? [])],
      [
        ['host', 'other.example.com'],
        ['path', '/a?b=c'],
        ['method', 'POST'],
        ['peer', '198.51.100.1'],
        ['tls', 'true'],
        ['header', 'Cookie: session=secret-cookie'],
        ['header', 'Accept: */*'],
      ],
    );
    assert.deepEqual(asked?.key, ['secret-key']);
    const hash = (await page.value('location.hash')) as string;
    assert.match(hash, /^#\/explain\?host=other.example.com&path=/);
    assert.doesNotMatch(hash, /secret/);
    await page.send('Page.reload');
    await shows(page, 'goes to a pod');
    assert.equal(asked?.query.get('method'), 'POST');
    assert.equal(asked?.key, undefined);
    await page.send('Page.close');
  });

  await t.test('the tail shows answers as they happen, each with its reason, and can be paused', async () => {
    const page = await openPage(chromium, scene.url('#/tail?reason=no-ready-pod&status=5xx'));
    await shows(page, '/team-a/2');
    assert.ok(scene.asked.includes('/answers?status=5xx&reason=no-ready-pod'));
    const first = `(document.querySelector('main tbody tr')?.innerText ?? '')`;
    push({ event: 'begin', id: '0.2', data: {} });
    push({ event: 'answer', id: '0.3', data: ownAnswer(3, 'shop.example.com') });
    await page.until(`${first}.includes('/shop.example.com/3')`);
    push({ event: 'answer', id: '0.2', data: ownAnswer(2, 'team-a') });
    await tabTo(page, 'main p button');
    await key(page, ' ');
    push({ event: 'answer', id: '0.4', data: ownAnswer(4, 'shop.example.com') });
    await shows(page, '1 more');
    assert.equal(await page.value(`${first}.includes('/shop.example.com/3')`), true);
    assert.equal(
      await page.value(`document.querySelectorAll('main tbody tr').length`),
      3,
      'no answer is listed twice',
    );
    await key(page, ' ');
    await page.until(`${first}.includes('/shop.example.com/4')`);
    await tabTo(page, 'main td a');
    await key(page, 'Enter');
    await shows(page, 'How far its request came');
    await page.value(`[...document.querySelectorAll('main a')].at(-1).click()`);
    await shows(page, 'goes to a pod');
    await page.send('Page.close');
  });
});

test('a document that the page does not expect does not affect other parts of the page', {
  skip,
}, async () => {
  await using scene = await Scene.start({ pages: { '/dashboard/route': () => json(200, { host: 1 }) } });
  const chromium = await browser();
  const page = await openPage(chromium, scene.url(ROUTE));
  await shows(page, 'This cannot be shown');
  await accessible(page);
  assert.equal(await page.value(`[...document.querySelectorAll('nav a')].at(-1).textContent`), 'Answers');
  await openHash(page, '#/', 'Overview');
  await shows(page, 'No problems.');
});
