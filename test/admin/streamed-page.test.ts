import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { createAdminServer } from '../../src/admin/server.ts';

const SLICE = 'x'.repeat(64 * 1024);
const SLICES = 1_000;

/** A page of many slices that counts the slices that it has made and records its end. */
class Page {
  given = 0;
  readonly ended = Promise.withResolvers<void>();
  readonly #breaksAt: number;

  constructor(breaksAt = Number.POSITIVE_INFINITY) {
    this.#breaksAt = breaksAt;
  }

  async *body(): AsyncGenerator<string, void> {
    try {
      for (; this.given < SLICES; this.given += 1) {
        if (this.given === this.#breaksAt) throw new Error('broken page');
        yield SLICE;
        await turn();
      }
    } finally {
      this.ended.resolve();
    }
  }
}

async function serve(t: TestContext, page: Page): Promise<{ url: string; errors: unknown[] }> {
  const errors: unknown[] = [];
  const pages = { '/': () => ({ status: 200, contentType: 'text/plain', body: page.body() }) };
  const server = createAdminServer(pages, (error) => errors.push(error)).listen(0, '127.0.0.1');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, errors };
}

/** The answer, before any byte of its body is read. */
async function unread(url: string): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  return response;
}

/** Resolves when no further slice of the page was requested for some time. */
async function stalled(page: Page): Promise<number> {
  for (let before = -1; before !== page.given; ) {
    before = page.given;
    await sleep(50);
  }
  return page.given;
}

test('only a part of a page is built for a client that does not read; when the client reads on, it gets the rest', async (t) => {
  const page = new Page();
  const { url, errors } = await serve(t, page);
  const response = await unread(url);
  const given = await stalled(page);
  assert.ok(given < SLICES / 2, `${given} slices`);
  let length = 0;
  for await (const chunk of response) length += (chunk as Buffer).length;
  assert.equal(length, SLICES * SLICE.length);
  assert.deepEqual(errors, []);
});

test('a client that disconnects ends the page', async (t) => {
  const page = new Page();
  const { url, errors } = await serve(t, page);
  const response = await unread(url);
  await stalled(page);
  response.destroy();
  await page.ended.promise;
  assert.ok(page.given < SLICES);
  assert.deepEqual(errors, []);
});

test('a page that fails midway never looks complete', async (t) => {
  const page = new Page(5);
  const { url, errors } = await serve(t, page);
  const response = await fetch(url);
  assert.equal(response.status, 200);
  await assert.rejects(response.text());
  assert.deepEqual(errors.map(String), ['Error: broken page']);
});

test('a HEAD request gets the head of the answer, and the body is not built', async (t) => {
  const page = new Page();
  const { url } = await serve(t, page);
  const response = await fetch(url, { method: 'HEAD' });
  assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'text/plain']);
  assert.equal(await response.text(), '');
  assert.equal(page.given, 0);
});
