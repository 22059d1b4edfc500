import { request, Refusal } from './ask.js';
import { printable } from './format.js';
import { html } from './html.js';
import { Component } from './vendor/preact.js';

/** Minimum milliseconds between two requests for the same document while the router's table changes. */
const REFRESH_INTERVAL = 2_000;
/** Milliseconds between the last key press in a field and the request. */
const TYPED = 150;

/**
 * @typedef {object} AskedProps
 * @property {string} page
 * @property {Record<string, string> | [string, string][]} query
 * @property {[string, string][]} [headers]
 * @property {number} [version] if it changes, the document may have changed
 * @property {() => void} refused a token is needed
 * @property {(document: any) => import('preact').ComponentChildren} children
 *
 * @typedef {object} AskedState
 * @property {any} document the last document, also while the next one is requested
 * @property {string} error
 */

/** Shows a document of the router, and requests it again when it may have changed. @extends {Component<AskedProps, AskedState>} */
export class PolledDocument extends Component {
  /** @override @type {AskedState} */
  state = { document: undefined, error: '' };
  /** @type {AbortController | undefined} */
  #running;
  #timer = 0;

  /** @override */
  componentDidMount() {
    void this.#ask();
  }

  /** @override @param {AskedProps} before */
  componentDidUpdate(before) {
    const { page, query, headers, version } = this.props;
    const isOther = keyOf(before) !== keyOf({ page, query, headers });
    if (isOther) this.#askIn(TYPED);
    else if (version !== before.version && this.#timer === 0) this.#askIn(REFRESH_INTERVAL);
  }

  /** @override */
  componentWillUnmount() {
    clearTimeout(this.#timer);
    this.#running?.abort();
  }

  /** @override @param {AskedProps} props @param {AskedState} state */
  render({ children }, { document, error }) {
    if (error === '') return document === undefined ? html`<p>Loading</p>` : children(document);
    return html`<p role="alert">${printable(error)}</p>
      ${document !== undefined && html`<div class="stale">${children(document)}</div>`}`;
  }

  /** @param {number} pause */
  #askIn(pause) {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#ask(), pause);
  }

  async #ask() {
    this.#timer = 0;
    this.#running?.abort();
    const { signal } = (this.#running = new AbortController());
    const { page, query, headers = [], refused } = this.props;
    try {
      const document = await request(page, { query, headers, signal });
      if (!signal.aborted) this.setState({ document, error: '' });
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refusal && error.status === 401) return refused();
      // If the current state is unknown, the previous one is still useful.
      const isSilent = error instanceof Refusal && (error.status === 0 || error.status >= 500);
      const message = error instanceof Error ? error.message : String(error);
      this.setState({ error: message, ...(!isSilent && { document: undefined }) });
    }
  }
}

/** @param {Pick<AskedProps, 'page' | 'query'> & { headers?: [string, string][] | undefined }} props */
function keyOf({ page, query, headers = [] }) {
  return JSON.stringify([page, query, headers]);
}
