import { request, forgetToken, keepToken, Refusal } from './ask.js';
import { formText } from './form-text.js';
import { html } from './html.js';
import { Component, createRef } from './vendor/preact.js';

/** @extends {Component<{ done: () => void }, { error: string }>} */
export class TokenForm extends Component {
  /** @override */
  state = { error: '' };

  #field = createRef();

  /** @override */
  componentDidMount() {
    // Do not take the focus from another field.
    if (document.activeElement === document.body) this.#field.current?.focus();
  }

  /** @override @param {{ done: () => void }} _props @param {{ error: string }} state */
  render(_props, { error }) {
    return html`<form class="token" autocomplete="off" onSubmit=${this.#submit}>
      <h1>This router requires a token</h1>
      <p>It is in the file of <code>OPERATOR_TOKEN_FILE</code>. This tab keeps it until it is closed.</p>
      <label for="token">Token</label>
      <input
        id="token"
        ref=${this.#field}
        name="token"
        type="password"
        required
        autocomplete="off"
        spellcheck=${false}
        aria-invalid=${error !== ''}
        aria-describedby="token-error"
      />
      <button>Show the dashboard</button>
      <p id="token-error" role="alert">${error}</p>
    </form>`;
  }

  /** @param {SubmitEvent} event */
  #submit = (event) => {
    void this.#try(formText(event)('token'));
  };

  /** @param {string} token */
  async #try(token) {
    if (!/^[\x21-\x7e]+$/.test(token))
      return this.setState({ error: 'Expected printable characters without spaces.' });
    keepToken(token);
    try {
      // A small request, only to check the token.
      await request('answers', { query: { limit: '1' } });
      this.props.done();
    } catch (error) {
      forgetToken();
      const isWrong = error instanceof Refusal && error.status === 401;
      this.setState({
        error: isWrong
          ? 'This is not the token of this router.'
          : `${error instanceof Error ? error.message : String(error)}.`,
      });
    }
  }
}
