import { count, printable } from './format.js';
import { html } from './html.js';
import { hashOf } from './place.js';
import { Component, createRef } from './vendor/preact.js';

/** Text from the cluster or a client, which is untrusted. @param {{ children: unknown }} props */
export function UntrustedText({ children }) {
  const texts = Array.isArray(children) ? children : [children];
  return html`<bdi class="foreign">${texts.map(printable).join('')}</bdi>`;
}

/** A state. Its sign and text express the same as its colour. @param {{ kind: 'good' | 'bad' | 'warn' | 'plain', children: unknown }} props */
export function Tag({ kind, children }) {
  const sign = { good: '✓', bad: '✗', warn: '!', plain: '·' }[kind];
  return html`<span class="tag ${kind}"><span aria-hidden="true">${sign}</span> ${children}</span>`;
}

/** @param {{ route: { host: string, path: string } }} props */
export function RouteLink({ route }) {
  return html`<a href=${hashOf('route', { host: route.host, path: route.path })}><${UntrustedText}>${route.host}${route.path}<//></a>`;
}

/** podway's own sentences with \`code\` and [links](of documents); a link becomes text. @param {{ children: string }} props */
export function Marked({ children }) {
  const parts = children.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').split('`');
  return html`<span>${parts.map((it, at) => (at % 2 === 1 ? html`<code>${it}</code>` : it))}</span>`;
}

/**
 * @template T
 * @typedef {object} Column
 * @property {string} name
 * @property {(row: T) => unknown} cell
 * @property {boolean} [number] a column of numbers, aligned to the right
 */

/**
 * Content that may be wider than its place. Only then it can be focused with the Tab key, to scroll it.
 *
 * @extends {Component<{ name: string, children: import('preact').ComponentChildren }, { isWider: boolean }>}
 */
class Scrolled extends Component {
  /** @override */
  state = { isWider: false };
  #place = createRef();
  #sizes = new ResizeObserver(() => {
    const { scrollWidth, clientWidth } = this.#place.current;
    this.setState({ isWider: scrollWidth > clientWidth });
  });

  /** @override */
  componentDidMount() {
    this.#sizes.observe(this.#place.current);
    this.#sizes.observe(this.#place.current.firstElementChild);
  }

  /** @override */
  componentWillUnmount() {
    this.#sizes.disconnect();
  }

  /** @override @param {{ name: string, children: import('preact').ComponentChildren }} props @param {{ isWider: boolean }} state */
  render({ name, children }, { isWider }) {
    const stop = isWider ? { tabindex: 0, role: 'group', 'aria-label': name } : {};
    return html`<div class="scroll" ref=${this.#place} ...${stop}>${children}</div>`;
  }
}

/**
 * A table whose first column is the header of each row.
 *
 * @template T
 * @param {{ caption: string, columns: Column<T>[], rows: readonly T[], keyOf: (row: T) => string, total?: number }} props
 */
export function Table({ caption, columns, rows, keyOf, total = rows.length }) {
  const sideOf = (/** @type {Column<T>} */ { number }) => (number === true ? 'number' : '');
  return html`<${Scrolled} name=${caption}>
    <table>
      <caption class="unseen">${caption}</caption>
      <thead><tr>${columns.map((it) => html`<th scope="col" class=${sideOf(it)}>${it.name}</th>`)}</tr></thead>
      <tbody>
        ${rows.map(
          (row) => html`<tr key=${keyOf(row)}>
            ${columns.map((it, at) =>
              at === 0
                ? html`<th scope="row" class=${sideOf(it)}>${it.cell(row)}</th>`
                : html`<td class=${sideOf(it)}>${it.cell(row)}</td>`,
            )}
          </tr>`,
        )}
      </tbody>
    </table>
    ${total > rows.length && html`<p class="more">and ${count(total - rows.length)} more</p>`}
  <//>`;
}
