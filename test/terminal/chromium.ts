import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Readable, Writable } from 'node:stream';
import { withTimeout } from '../fixtures/with-timeout.ts';

/** Options for the machines of tests: no sandbox for root, and no requests to the internet. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-pipe',
];

/** Records the violations of the page's policy. */
const NOTE_VIOLATIONS = `window.violations = [];
document.addEventListener('securitypolicyviolation', (it) =>
  window.violations.push(it.violatedDirective + ' ' + it.blockedURI));`;

/** The reason why no browser can be used, for a skip; false when there is one. */
export function chromiumMissing(): string | false {
  const { status } = spawnSync('chromium', ['--version'], { stdio: 'ignore' });
  return status === 0 ? false : 'needs chromium (Debian: chromium)';
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
  readonly sessionId?: string;
}

/** A headless Chromium, controlled by its DevTools protocol. */
export class Chromium {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #commands: Writable;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #loading = new Map<string, () => void>();
  /** URLs of pages that were opened. */
  readonly opened: string[] = [];
  #changed = Promise.withResolvers<void>();
  #unread = '';
  #last = 0;

  private constructor(folder: string, flags: readonly string[]) {
    this.#folder = folder;
    this.#child = spawn('chromium', [...FLAGS, ...flags, `--user-data-dir=${folder}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.#commands = this.#child.stdio[3] as Writable;
    (this.#child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => this.#read(text));
  }

  static async start(...flags: readonly string[]): Promise<Chromium> {
    const chromium = new Chromium(await mkdtemp(join(tmpdir(), 'podway-chromium-')), flags);
    await chromium.send('Target.setDiscoverTargets', { discover: true });
    return chromium;
  }

  /** Opens a page. */
  async page(url: string): Promise<Page> {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, sessionId as string);
    for (const domain of ['Page', 'Runtime']) await page.send(`${domain}.enable`);
    await page.send('Page.addScriptToEvaluateOnNewDocument', { source: NOTE_VIOLATIONS });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#loading.set(sessionId as string, resolve);
    await page.send('Page.navigate', { url });
    await withTimeout(promise, url);
    return page;
  }

  /** Resolves when a page with this URL was opened. */
  async opens(url: string): Promise<void> {
    while (!this.opened.includes(url)) await withTimeout(this.#changed.promise, url);
  }

  async send(
    method: string,
    params: object = {},
    sessionId?: string,
  ): Promise<Readonly<Record<string, unknown>>> {
    this.#last += 1;
    const id = this.#last;
    const { promise, resolve } = Promise.withResolvers<Message>();
    this.#answers.set(id, resolve);
    this.#commands.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { error, result = {} } = await withTimeout(promise, method);
    assert.equal(error, undefined, `${method}: ${error?.message}`);
    return result;
  }

  #read(text: string): void {
    const messages = (this.#unread + text).split('\0');
    this.#unread = messages.pop() ?? '';
    for (const message of messages) this.#received(JSON.parse(message) as Message);
  }

  #received(message: Message): void {
    if (message.id !== undefined) {
      this.#answers.get(message.id)?.(message);
      this.#answers.delete(message.id);
    } else if (message.method === 'Page.loadEventFired') {
      this.#loading.get(message.sessionId ?? '')?.();
    } else if (message.method === 'Target.targetInfoChanged' || message.method === 'Target.targetCreated') {
      const target = message.params?.['targetInfo'] as { url: string; type: string } | undefined;
      if (target?.type === 'page') this.opened.push(target.url);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await closed;
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** One browser for all tests of a file: it starts with the first test that needs it. */
export function chromiumOfFile(): () => Promise<Chromium> {
  let started: Promise<Chromium> | undefined;
  after(async () => (await started)?.[Symbol.asyncDispose]());
  return () => (started ??= Chromium.start());
}

/** A page with a terminal. */
export class Page {
  readonly #chromium: Chromium;
  readonly #session: string;

  constructor(chromium: Chromium, session: string) {
    this.#chromium = chromium;
    this.#session = session;
  }

  send(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    return this.#chromium.send(method, params, this.#session);
  }

  /** The value of an expression. */
  async value(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    });
    assert.equal(exceptionDetails, undefined, JSON.stringify(exceptionDetails));
    return (result as { value?: unknown }).value;
  }

  /** Resolves when the expression is true; the page evaluates it every 20 ms. */
  async until(expression: string): Promise<void> {
    const waiting = `new Promise((done) => {
      const look = () => (${expression}) ? done() : setTimeout(look, 20);
      look();
    })`;
    await this.value(waiting).catch(async (error: unknown) => {
      throw new Error(`${expression}; the screen: ${await this.screen()}`, { cause: error });
    });
  }

  /** The text on the screen of the terminal. */
  async screen(): Promise<string> {
    return (await this.value(SCREEN)) as string;
  }

  waitFor(text: string): Promise<void> {
    return this.until(`${SCREEN}.includes(${JSON.stringify(text)})`);
  }

  /** Resolves when the screen begins with this. */
  begins(text: string): Promise<void> {
    return this.until(`${SCREEN}.startsWith(${JSON.stringify(text)})`);
  }

  /** Types a text. */
  async type(text: string): Promise<void> {
    await this.send('Input.insertText', { text });
  }

  /** Presses one key, with Ctrl. */
  async press(key: string, { ctrl = false } = {}): Promise<void> {
    const code = key === 'Enter' ? 13 : key.toUpperCase().charCodeAt(0);
    const event = {
      key,
      code: key === 'Enter' ? 'Enter' : `Key${key.toUpperCase()}`,
      windowsVirtualKeyCode: code,
      modifiers: ctrl ? 2 : 0,
      ...(!ctrl && { text: key === 'Enter' ? '\r' : key }),
    };
    await this.send('Input.dispatchKeyEvent', { type: ctrl ? 'rawKeyDown' : 'keyDown', ...event });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  }

  /** Types a line into a shell. */
  async enter(line: string): Promise<void> {
    await this.type(line);
    await this.press('Enter');
  }

  /** Pastes the text of the clipboard into the terminal. */
  async paste(text: string): Promise<void> {
    await this.value(`(() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', ${JSON.stringify(text)});
      const target = document.querySelector('.xterm-helper-textarea');
      target.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    })()`);
  }

  resize(width: number, height: number): Promise<unknown> {
    return this.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
  }

  async click(x: number, y: number): Promise<void> {
    await this.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
    await this.send('Input.dispatchMouseEvent', {
      type: 'mousePressed',
      x,
      y,
      button: 'left',
      clickCount: 1,
    });
    await this.send('Input.dispatchMouseEvent', {
      type: 'mouseReleased',
      x,
      y,
      button: 'left',
      clickCount: 1,
    });
  }

  /** The violations of the page's policy. */
  async violations(): Promise<unknown> {
    return this.value('window.violations');
  }
}

/** An expression: the text on the screen of the terminal, line by line. */
export const SCREEN = `[...document.querySelectorAll('.xterm-rows > div')].map((it) => it.textContent).join('\\n')`;
