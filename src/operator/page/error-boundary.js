import { html } from './html.js';
import { Component } from './vendor/preact.js';

/**
 * Catches errors of its children, so the rest of the page still works: a router of another version may send unexpected data.
 *
 * @extends {Component<{ children: import('preact').ComponentChildren }, { error: string }>}
 */
export class ErrorBoundary extends Component {
  /** @override */
  state = { error: '' };

  /** @override @param {unknown} error */
  componentDidCatch(error) {
    console.error(error);
    this.setState({ error: error instanceof Error ? error.message : String(error) });
  }

  /** @override @param {{ children: import('preact').ComponentChildren }} props @param {{ error: string }} state */
  render({ children }, { error }) {
    if (error === '') return children;
    return html`<h1>This cannot be shown</h1>
      <p role="alert">${error}</p>
      <p>If the router was updated while this page was open, load it again.</p>`;
  }
}
