import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Chromium, type Page } from '../../terminal/chromium.ts';

export type Scheme = 'light' | 'dark';

const AXE = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** Opens the dashboard; `scheme` is the user's preferred colour scheme. */
export async function openPage(chromium: Chromium, url: string, scheme: Scheme = 'light'): Promise<Page> {
  const page = await chromium.page('about:blank');
  await page.send('Emulation.setEmulatedMedia', {
    features: [{ name: 'prefers-color-scheme', value: scheme }],
  });
  await page.send('Page.navigate', { url });
  // Waits for the new page, not for about:blank before it.
  await page.until(`location.href !== 'about:blank' && document.querySelector('main h1') !== null`);
  return page;
}

/** Opens another view, as a link does. */
export async function openHash(page: Page, hash: string, heading: string): Promise<void> {
  await page.value(`void (location.hash = ${JSON.stringify(hash)})`);
  await page.until(`document.querySelector('main h1')?.textContent === ${JSON.stringify(heading)}`);
}

/** Resolves when the content has this text. */
export async function shows(page: Page, text: string): Promise<void> {
  const content = `(document.body?.innerText ?? '')`;
  await page.until(`${content}.includes(${JSON.stringify(text)})`).catch(async (error: unknown) => {
    throw new Error(`${JSON.stringify(text)} is not in ${String(await page.value(content))}`, {
      cause: error,
    });
  });
}

/**
 * Violations of WCAG 2.2 AA and of best practices that axe-core finds. Like an extension, axe-core is not subject to
 * the policy of the page.
 */
export async function accessible(page: Page): Promise<void> {
  // Elements have their sizes after a frame.
  await page.value('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  await page.value(`void (${JSON.stringify('axe')} in window || (0, eval)(${JSON.stringify(AXE)}))`);
  const found = await page.value(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | ')))`);
  assert.deepEqual(found, []);
}

const KEYS = { Tab: 9, Enter: 13, Escape: 27, ' ': 32 } as const;

/** One key, without Ctrl. */
export async function key(page: Page, name: keyof typeof KEYS, { shift = false } = {}): Promise<void> {
  const text = { Enter: '\r', ' ': ' ' }[name as string];
  const event = {
    key: name,
    code: name === ' ' ? 'Space' : name,
    windowsVirtualKeyCode: KEYS[name],
    modifiers: shift ? 8 : 0,
    ...(text !== undefined && { text }),
  };
  await page.send('Input.dispatchKeyEvent', {
    type: text === undefined ? 'rawKeyDown' : 'keyDown',
    ...event,
  });
  await page.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
}

/** Presses Tab until this element has the focus; returns the elements that had the focus before it, in order. */
export async function tabTo(page: Page, selector: string): Promise<readonly string[]> {
  const passed: string[] = [];
  for (let presses = 0; presses < 60; presses += 1) {
    await key(page, 'Tab');
    if (await page.value(`document.activeElement.matches(${JSON.stringify(selector)})`)) return passed;
    passed.push((await page.value('document.activeElement.textContent')) as string);
  }
  throw new Error(`no Tab leads to ${selector}: ${passed.join(', ')}`);
}
