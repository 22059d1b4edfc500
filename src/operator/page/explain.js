import { PolledDocument } from './polled-document.js';
import { Explained } from './explained.js';
import { formText } from './form-text.js';
import { html } from './html.js';
import { Component } from './vendor/preact.js';

/**
 * @typedef {object} ExplainProps
 * @property {Record<string, string>} question initial values of the form, by name
 * @property {boolean} [atOnce] the question is asked before the user submits the form
 * @property {string | undefined} keyField the header with which a question sends a key; undefined: not known yet
 * @property {() => void} refused a token is needed
 * @property {(question: Record<string, string>) => void} [asked] gets the question without headers and key, which must not be in a URL
 *
 * @typedef {object} ExplainState
 * @property {[string, string][] | undefined} query undefined: no question was asked yet
 * @property {[string, string][]} headers
 * @property {number} times
 * @property {string} problem
 */

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Shows what podway would do with a request. @extends {Component<ExplainProps, ExplainState>} */
export class Explain extends Component {
  /** @override @type {ExplainState} */
  state = { query: undefined, headers: [], times: 0, problem: '' };

  /** @override */
  componentDidMount() {
    const { atOnce = false, question } = this.props;
    if (atOnce) this.setState({ query: Object.entries(question) });
  }

  /** @override @param {ExplainProps} props @param {ExplainState} state */
  render({ question, keyField, refused }, { query, headers, times, problem }) {
    return html`
      <${Form} question=${question} keyField=${keyField} submit=${this.#ask} />
      ${problem !== '' && html`<p role="alert">${problem}</p>`}
      ${
        query !== undefined &&
        html`<${PolledDocument} page="explain" query=${query} headers=${headers} version=${times} refused=${refused}>
          ${(/** @type {import('./explained.js').ExplainDocument} */ document) => html`<${Explained} document=${document} />`}
        <//>`
      }
    `;
  }

  /** @param {SubmitEvent} event */
  #ask = (event) => {
    const text = formText(event);
    const question = {
      host: text('host'),
      path: text('path'),
      method: text('method'),
      peer: text('peer'),
      at: text('at'),
    };
    const lines = text('fields')
      .split(/\r?\n/)
      .filter((it) => it.trim() !== '');
    const key = text('key');
    const { keyField } = this.props;
    if (!/^[\x20-\x7e\xa0-\xff]*$/.test(key))
      return this.setState({
        problem: 'Expected a key of printable Latin-1 characters: it is sent in a header.',
      });
    /** @type {[string, string][]} */
    const query = Object.entries(question).filter(([, value]) => value !== '');
    if (text('tls') === 'on') query.push(['tls', 'true']);
    this.props.asked?.(Object.fromEntries(query));
    for (const line of lines) query.push(['header', line]);
    this.setState(({ times }) => ({
      query,
      headers: key === '' || keyField === undefined ? [] : [[keyField, key]],
      times: times + 1,
      problem: '',
    }));
  };
}

/** @param {{ question: Record<string, string>, keyField: string | undefined, submit: (event: SubmitEvent) => void }} props */
function Form({ question, keyField, submit }) {
  const { host = '', path = '/', method = 'GET', peer = '', tls = '', at = '' } = question;
  const methods = METHODS.includes(method) ? METHODS : [method, ...METHODS];
  return html`<form class="explain" autocomplete="off" onSubmit=${submit}>
    <div><label for="explain-method">Method</label>
      <select id="explain-method" name="method">
        ${methods.map((it) => html`<option key=${it} value=${it} selected=${it === method}>${it}</option>`)}
      </select></div>
    <div><label for="explain-host">Host</label>
      <input id="explain-host" name="host" required defaultValue=${host} spellcheck=${false} /></div>
    <div class="wide"><label for="explain-path">Path and query</label>
      <input id="explain-path" name="path" defaultValue=${path} spellcheck=${false} /></div>
    <div class="check"><input id="explain-tls" name="tls" type="checkbox" defaultChecked=${tls === 'true'} />
      <label for="explain-tls">Over TLS</label></div>
    <details class="wide">
      <summary>Header fields, key, client, revision</summary>
      <div class="row">
        <div class="wide"><label for="explain-fields">Header fields, one a line: <code>Name: value</code></label>
          <textarea id="explain-fields" name="fields" rows="3" spellcheck=${false}></textarea></div>
        <div><label for="explain-key">Key, as a client sends it${keyField !== undefined && html` in <code>${keyField}</code>`}</label>
          <input id="explain-key" name="key" type="password" autocomplete="off" disabled=${keyField === undefined} /></div>
        <div><label for="explain-peer">Address of the client</label>
          <input id="explain-peer" name="peer" defaultValue=${peer} placeholder="192.0.2.1" spellcheck=${false} /></div>
        <div><label for="explain-at">Revision of the table</label>
          <input id="explain-at" name="at" inputmode="numeric" pattern="[0-9]*" defaultValue=${at} placeholder="the current one" /></div>
      </div>
    </details>
    <button>Explain</button>
  </form>`;
}
