import { Connection } from './connection.js';
import { openEmulator } from './emulator.js';
import { pasted } from './paste.js';

const screen = /** @type {HTMLElement} */ (document.getElementById('screen'));
const form = /** @type {HTMLFormElement} */ (document.getElementById('request'));
const nonce = document.querySelector('script')?.nonce ?? '';
const encoder = new TextEncoder();

/** @type {Connection | undefined} */
let connection;

const { terminal, fit } = openEmulator(screen, { nonce, hovered: (link) => show('link', link) });
fit();
new ResizeObserver(() => fit()).observe(screen);
terminal.onResize(({ cols, rows }) => connection?.resize(cols, rows));
terminal.onData((text) => connection?.input(encoder.encode(text)));
// Mouse reports are bytes, not characters.
terminal.onBinary((text) => connection?.input(Uint8Array.from(text, (it) => it.charCodeAt(0))));
screen.addEventListener('paste', paste, { capture: true });
// A key for the program may close the tab: Ctrl-W deletes a word.
addEventListener('beforeunload', (event) => {
  if (connection !== undefined) event.preventDefault();
});

// Remove the secret of the link from the address bar and the history.
const secret = location.hash.slice(1);
history.replaceState(undefined, '', location.pathname);

if (document.body.dataset['mode'] === 'token') askForToken();
else if (secret === '') show('state', 'open the link that podway terminal printed: it works once');
else await begin(secret, {});

/** @param {ClipboardEvent} event */
function paste(event) {
  event.preventDefault();
  event.stopPropagation();
  const text = event.clipboardData?.getData('text/plain') ?? '';
  connection?.input(encoder.encode(pasted(text, terminal.modes.bracketedPasteMode)));
}

function askForToken() {
  form.hidden = false;
  screen.hidden = true;
  show('state', 'not connected');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const fields = new FormData(form);
    /** @param {string} name */
    const text = (name) => {
      const value = fields.get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    const words = text('command')
      .split(/\s+/)
      .filter((it) => it !== '');
    const token = text('token');
    form.hidden = true;
    screen.hidden = false;
    fit();
    void begin(token, {
      namespace: text('namespace'),
      pod: text('pod'),
      ...(text('container') !== '' && { container: text('container') }),
      ...(words.length > 0 && { command: words }),
      attach: fields.has('attach'),
      readonly: fields.has('readonly'),
    });
  });
}

/**
 * @param {string} token
 * @param {object} session
 */
async function begin(token, session) {
  show('state', 'opening');
  show('warning', '');
  try {
    const response = await fetch('terminal/sessions', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...session, columns: terminal.cols, rows: terminal.rows }),
      credentials: 'omit',
      redirect: 'error',
    });
    const answer = await response.json();
    if (response.ok) connect(answer.ticket);
    else failed(answer.message);
  } catch {
    failed('podway cannot be reached');
  }
}

/** @param {string} ticket */
function connect(ticket) {
  let ended = false;
  connection = new Connection(ticket, {
    output: (bytes, shown) => terminal.write(bytes, shown),
    status: (status) => {
      if (status.state === 'open') return opened(status);
      ended = true;
      const { reason, detail, exitCode } = status;
      show('state', exitCode === undefined ? `ended: ${detail}` : `ended with exit code ${exitCode}`);
      show('warning', reason === 'failed' ? detail : '');
    },
    warning: (text) => show('warning', text),
    closed: () => {
      connection = undefined;
      terminal.options.disableStdin = true;
      document.body.dataset['state'] = 'ended';
      if (!ended) show('state', 'the connection to podway is lost');
    },
  });
}

/** @param {import('./connection.js').Open} status */
function opened({ namespace, pod, container, readOnly, tty }) {
  const name = `${namespace}/${pod}`;
  document.title = `${name} - podway terminal`;
  terminal.options.convertEol = !tty;
  document.body.dataset['state'] = 'open';
  show('state', `${name}, container ${container}${readOnly ? ', read-only' : ''}`);
  // The window may have changed while the pod was opened.
  connection?.resize(terminal.cols, terminal.rows);
  terminal.focus();
}

/** @param {string} message */
function failed(message) {
  show('state', 'not connected');
  show('warning', message);
  if (document.body.dataset['mode'] === 'token') {
    form.hidden = false;
    screen.hidden = true;
  }
}

/**
 * Shows text of the pod or of podway as text, never as HTML.
 *
 * @param {string} id
 * @param {string} text
 */
function show(id, text) {
  const element = document.getElementById(id);
  if (element !== null) element.textContent = text;
}
