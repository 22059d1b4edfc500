// @ts-expect-error podway serves the files of the packages under these names
import { Terminal } from './xterm.js';
// @ts-expect-error
import { FitAddon } from './addon-fit.js';

/** Maximum number of answers per second that the emulator gives to queries in the output. A program sends a few when it starts. */
const MAX_ANSWERS_PER_SECOND = 20;

/**
 * Makes the emulator work under a policy without `unsafe-inline`: the `<style>` elements that it makes get the nonce, and the
 * `style` attributes that it sets become properties, to which the policy does not apply.
 *
 * @param {string} nonce
 */
function applyPolicy(nonce) {
  const create = document.createElement.bind(document);
  /** @param {[string, ElementCreationOptions?]} args */
  document.createElement = (...args) => {
    const element = create(...args);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
  Element.prototype.setAttribute = function (name, value) {
    if (name === 'style' && this instanceof HTMLElement) this.style.cssText = value;
    else this.setAttributeNS(null, name.toLowerCase(), value);
  };
}

/**
 * A terminal on the screen. Output can neither write to the clipboard nor change the title of the page. Links open on a click,
 * and only http and https links.
 *
 * @param {HTMLElement} screen
 * @param {{ nonce: string, hovered: (link: string) => void }} options
 * @returns {{ terminal: import('@xterm/xterm').Terminal, fit: () => void }}
 */
export function openEmulator(screen, { nonce, hovered }) {
  applyPolicy(nonce);
  /** @type {import('@xterm/xterm').Terminal} */
  const terminal = new Terminal({
    fontFamily: 'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace',
    scrollback: 5_000,
    theme: { background: '#101216', foreground: '#d8dade' },
    linkHandler: {
      allowNonHttpProtocols: false,
      /** @param {MouseEvent} _event @param {string} link */
      activate: (_event, link) => follow(link),
      /** @param {MouseEvent} _event @param {string} link */
      hover: (_event, link) => hovered(link),
      leave: () => hovered(''),
    },
  });
  const addon = new FitAddon();
  terminal.loadAddon(addon);
  terminal.open(screen);
  limitAnswers(terminal);
  return { terminal, fit: () => addon.fit() };
}

/** @param {string} link */
function follow(link) {
  const url = URL.parse(link);
  if (url?.protocol === 'http:' || url?.protocol === 'https:')
    open(url.href, '_blank', 'noopener,noreferrer');
}

/**
 * Output can contain queries, and the emulator sends its answers to the pod as if they were typed. The number of answers is
 * limited, so that a printed file cannot type without end.
 *
 * @param {import('@xterm/xterm').Terminal} terminal
 */
function limitAnswers({ parser }) {
  let [second, answers] = [0, 0];
  /** True: the query is handled, here by ignoring it. */
  const isTooMuch = () => {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) [second, answers] = [now, 0];
    answers += 1;
    return answers > MAX_ANSWERS_PER_SECOND;
  };
  for (const prefix of ['', '>', '=']) parser.registerCsiHandler(prefixed(prefix, 'c'), isTooMuch);
  for (const prefix of ['', '?']) {
    parser.registerCsiHandler(prefixed(prefix, 'n'), isTooMuch);
    parser.registerCsiHandler({ ...prefixed(prefix, 'p'), intermediates: '$' }, isTooMuch);
  }
  parser.registerCsiHandler({ prefix: '>', final: 'q' }, isTooMuch);
  parser.registerDcsHandler({ intermediates: '$', final: 'q' }, isTooMuch);
  for (const command of [4, 10, 11, 12])
    parser.registerOscHandler(command, (data) => data.includes('?') && isTooMuch());
  // Output must not change the user's clipboard.
  parser.registerOscHandler(52, () => true);
}

/**
 * @param {string} prefix
 * @param {string} final
 */
function prefixed(prefix, final) {
  return prefix === '' ? { final } : { prefix, final };
}
