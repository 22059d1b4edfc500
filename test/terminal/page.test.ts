import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { terminals } from '../fixtures/kubernetes-api/streams/terminals.ts';
import { SessionScene } from '../sessions/session-scene.ts';
import { unlessWide } from '../fixtures/wide.ts';
import { type Chromium, chromiumMissing, chromiumOfFile, type Page, SCREEN } from './chromium.ts';
import { LinkScene } from './link-scene.ts';

const skip = typeof terminals === 'string' ? terminals : chromiumMissing();
const started = chromiumOfFile();

interface Shell extends AsyncDisposable {
  readonly page: Page;
  readonly link: LinkScene;
  readonly chromium: Chromium;
}

/** A page with a shell in a pod. */
async function openShell(): Promise<Shell> {
  await using stack = new AsyncDisposableStack();
  const scene = stack.use(await SessionScene.set());
  scene.run('a');
  const link = stack.use(await LinkScene.start(scene, ['--no-open', 'a']));
  const chromium = await started();
  const page = await chromium.page(`http://127.0.0.1:${link.port}/#${link.secret}`);
  await page.until(`document.body.dataset.state === 'open'`);
  await page.enter(`PS1='> '; clear`);
  await page.waitFor('> ');
  const all = stack.move();
  return { page, link, chromium, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** The position of the middle of the text that a link covers. */
const LINK_PLACE = `(() => {
  const row = [...document.querySelectorAll('.xterm-rows > div')].find((it) => it.textContent.startsWith('WORD'));
  const box = row.getBoundingClientRect();
  return [box.left + 12, box.top + box.height / 2];
})()`;

async function place(page: Page, word: string): Promise<[number, number]> {
  return (await page.value(LINK_PLACE.replace('WORD', word))) as [number, number];
}

test('the page of a terminal in Chromium', { skip }, async (t) => {
  await using shell = await openShell();
  const { page, link, chromium } = shell;

  await t.test(
    'neither the address nor the history contains the secret, and there are no cookies',
    async () => {
      assert.equal(await page.value('location.href'), `http://127.0.0.1:${link.port}/`);
      assert.equal(await page.value('history.length'), 2, 'about:blank and the page');
      assert.equal(await page.value('document.cookie + localStorage.length + sessionStorage.length'), '00');
      assert.equal(await page.value(`document.documentElement.outerHTML.includes('${link.secret}')`), false);
    },
  );

  await t.test('keys, colours and wide characters', async () => {
    await page.enter(
      `printf '\\033[38;2;255;100;0mcolour\\033[0m 日本 \\033[4:3;58:2::9:9:9mwave\\033[0m end\\n'`,
    );
    await page.waitFor('colour 日本 wave end');
    const colour = await page.value(
      `[...document.querySelectorAll('.xterm-rows span')].find((it) => it.textContent === 'colour').style.color`,
    );
    assert.equal(colour, 'rgb(255, 100, 0)');
  });

  await t.test('the terminal follows the size of the window', async () => {
    const before = await page.value(`document.querySelectorAll('.xterm-rows > div').length`);
    await page.resize(700, 300);
    await page.until(`document.querySelectorAll('.xterm-rows > div').length < ${String(before)}`);
    const rows = Number(await page.value(`document.querySelectorAll('.xterm-rows > div').length`));
    await page.enter(`until stty size | grep -q '^${rows} '; do sleep 0.02; done; echo is ${rows}`);
    await page.waitFor(`\nis ${rows}`);
  });

  await t.test('output cannot change the title, write to the clipboard, or be HTML (TT-14)', async () => {
    const title = await page.value('document.title');
    await page.enter(
      `clear; printf '\\033]0;EVIL\\007\\033]2;EVIL\\033\\\\\\033]52;c;RVZJTA==\\007<img src=x onerror=alert(1)>\\n'`,
    );
    await page.begins('<img src=x onerror=alert(1)>');
    assert.equal(await page.value('document.title'), title);
    assert.equal(await page.value('document.images.length'), 0);
  });

  await t.test('links open on a click, and only links to http (TT-14)', async () => {
    const to = (url: string, text: string) => `\\033]8;;${url}\\007${text}\\033]8;;\\007\\n`;
    await page.enter(
      `clear; printf '${to('javascript:alert(1)', 'badlink')}${to('file:///etc/passwd', 'filelink')}${to('http://127.0.0.1:9/x', 'goodlink')}'`,
    );
    await page.waitFor('\ngoodlink');
    for (const word of ['badlink', 'filelink']) await page.click(...(await place(page, word)));
    const [x, y] = await place(page, 'goodlink');
    await page.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
    await page.until(`document.getElementById('link').textContent === 'http://127.0.0.1:9/x'`);
    await page.click(x, y);
    await chromium.opens('http://127.0.0.1:9/x');
    const own = `http://127.0.0.1:${link.port}/`;
    const opened = chromium.opened.filter(
      (url) => /^(?:https?|file|javascript):/.test(url) && !url.startsWith(own),
    );
    assert.deepEqual([...new Set(opened)], ['http://127.0.0.1:9/x']);
    await page.send('Page.bringToFront');
  });

  await t.test('endless queries to the terminal get few answers (TT-14)', async () => {
    await page.enter(
      'clear; stty -echo; for i in $(seq 300); do printf "\\033[c"; done; echo as"ked"; read -r all; stty sane; printf %s "$all" | tr -cd c | wc -c',
    );
    await page.waitFor('asked');
    await page.press('Enter');
    await page.until(`/^\\d+$/m.test(${SCREEN})`);
    const [answers = ''] = /^\d+$/m.exec(await page.screen()) ?? [];
    assert.ok(Number(answers) >= 1 && Number(answers) <= 100, answers);
  });

  await t.test('the policy of the page was never violated', async () => {
    assert.deepEqual(await page.violations(), []);
  });

  await t.test('a page that is loaded again shows a hint', async () => {
    const again = await chromium.page(`http://127.0.0.1:${link.port}/`);
    await again.until(`document.getElementById('state').textContent.startsWith('open the link')`);
    const used = await chromium.page(`http://127.0.0.1:${link.port}/#${link.secret}`);
    await used.until(`document.getElementById('warning').textContent.startsWith('this link has been used')`);
  });

  await page.enter('exit 5');
  await page.until(`document.getElementById('state').textContent === 'ended with exit code 5'`);
  assert.equal(await link.ended, 5);
});

test('a paste cannot contain the end of its brackets, and a long paste arrives completely (TT-07)', {
  skip: unlessWide || skip,
}, async () => {
  await using shell = await openShell();
  const { page } = shell;
  // The program is in the foreground when it prints `ready`: a Ctrl-C before that would reach only the shell, which
  // would
  // then wait for the program.
  await page.enter(`clear; printf "\\033[?2004h"; sh -c 'echo rea"dy"; exec cat > /dev/null'`);
  await page.waitFor('ready');
  await page.paste('one\x1b[201~; two\x03\n');
  await page.waitFor('^[[200~one; two');
  await page.press('c', { ctrl: true });
  await page.waitFor('^C\n> ');
  await page.enter(
    'printf "\\033[?2004l"; clear; stty raw -echo; echo set"up"; head -c 1000000 | md5sum; stty sane',
  );
  await page.waitFor('setup');
  await page.paste('x'.repeat(1_000_000));
  await page.waitFor(createHash('md5').update('x'.repeat(1_000_000)).digest('hex'));
  assert.deepEqual(await page.violations(), []);
});

test('a program with endless output can be interrupted (TT-04)', { skip: unlessWide || skip }, async () => {
  await using shell = await openShell();
  const { page } = shell;
  await page.enter('clear; yes; echo "inter"rupted');
  await page.waitFor('y\ny\ny\ny');
  await page.press('c', { ctrl: true });
  await page.waitFor('^C\n> ');
  await page.enter('echo "still "here');
  await page.waitFor('still here');
  assert.deepEqual(await page.violations(), []);
});
