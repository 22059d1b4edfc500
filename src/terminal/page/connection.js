/** The page's side of the protocol `podway.terminal.v1`: see src/terminal/rules/page-messages.ts. */

const PROTOCOL = 'podway.terminal.v1';
const [OUTPUT, STATUS, WARNING, TAKEN] = [0, 1, 2, 3];
const [INPUT, RESIZE, SHOWN] = [0, 1, 2];
/** Maximum bytes of input in a message, and maximum bytes that were sent and not acknowledged. */
const MAX_INPUT_BYTES = 32_768;
const INPUT_WINDOW = 65_536;
/** Bytes of output that the page acknowledges together, unless no more are waiting. */
const ACKNOWLEDGE_BYTES = 32_768;
/** Minimum time between two messages with a size, in milliseconds. */
const RESIZE_INTERVAL = 100;
const INTERRUPT = 3;

/**
 * @typedef {{ state: 'open', namespace: string, pod: string, container: string, readOnly: boolean, tty: boolean }} Open
 * @typedef {{ state: 'ended', reason: string, detail: string, exitCode?: number }} Ended
 */

/**
 * @typedef {object} Handlers
 * @property {(bytes: Uint8Array, shown: () => void) => void} output calls `shown` when the screen shows the bytes
 * @property {(status: Open | Ended) => void} status
 * @property {(text: string) => void} warning
 * @property {() => void} closed
 */

export class Connection {
  #socket;
  #handlers;
  /** @type {Uint8Array[]} */
  #waiting = [];
  /** Bytes that were sent and that the pod has not taken yet. */
  #untaken = 0;
  #shown = 0;
  #unshown = 0;
  #resizeTimer = 0;
  /** @type {{ columns: number, rows: number } | undefined} */
  #size;

  /**
   * @param {string} ticket
   * @param {Handlers} handlers
   */
  constructor(ticket, handlers) {
    this.#handlers = handlers;
    const url = new URL('terminal/socket', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    url.hash = '';
    this.#socket = new WebSocket(url, [PROTOCOL, `podway.ticket.${ticket}`]);
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.addEventListener('message', ({ data }) => this.#received(new Uint8Array(data)));
    this.#socket.addEventListener('close', () => handlers.closed());
  }

  /**
   * Sends keys or pasted text. Ctrl-C drops the input that is waiting.
   *
   * @param {Uint8Array} bytes
   */
  input(bytes) {
    if (bytes.length === 1 && bytes[0] === INTERRUPT) this.#waiting = [];
    for (let at = 0; at < bytes.length; at += MAX_INPUT_BYTES)
      this.#waiting.push(bytes.subarray(at, at + MAX_INPUT_BYTES));
    this.#flush();
  }

  /**
   * Sends a new size, at most ten times a second. Only the last size is sent.
   *
   * @param {number} columns
   * @param {number} rows
   */
  resize(columns, rows) {
    this.#size = { columns, rows };
    if (this.#resizeTimer === 0) this.#resizeTimer = setTimeout(() => this.#sendSize(), RESIZE_INTERVAL);
  }

  #sendSize() {
    this.#resizeTimer = 0;
    const message = new DataView(new ArrayBuffer(5));
    message.setUint8(0, RESIZE);
    message.setUint16(1, this.#size?.columns ?? 0);
    message.setUint16(3, this.#size?.rows ?? 0);
    this.#send(message);
  }

  /** @param {Uint8Array} message */
  #received(message) {
    const [kind = Number.NaN] = message;
    const payload = message.subarray(1);
    switch (kind) {
      case OUTPUT:
        this.#unshown += 1;
        return this.#handlers.output(payload, () => this.#acknowledge(payload.length));
      case STATUS:
        return this.#handlers.status(JSON.parse(new TextDecoder().decode(payload)));
      case WARNING:
        return this.#handlers.warning(new TextDecoder().decode(payload));
      case TAKEN:
        this.#untaken -= new DataView(message.buffer).getUint32(1);
        return this.#flush();
    }
  }

  /** @param {number} bytes */
  #acknowledge(bytes) {
    this.#unshown -= 1;
    this.#shown += bytes;
    if (this.#shown < ACKNOWLEDGE_BYTES && this.#unshown > 0) return;
    const message = new DataView(new ArrayBuffer(5));
    message.setUint8(0, SHOWN);
    message.setUint32(1, this.#shown);
    this.#shown = 0;
    this.#send(message);
  }

  #flush() {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#untaken + next.length > INPUT_WINDOW) return;
      this.#waiting.shift();
      this.#untaken += next.length;
      const message = new Uint8Array(next.length + 1);
      message[0] = INPUT;
      message.set(next, 1);
      this.#send(message);
    }
  }

  /** @param {ArrayBufferView<ArrayBuffer>} message */
  #send(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(message);
  }
}
