import { PolledDocument } from './polled-document.js';
import { count, counted } from './format.js';
import { html } from './html.js';
import { hashOf } from './place.js';
import { RouteTable } from './route-table.js';
import { Component } from './vendor/preact.js';

/**
 * @typedef {object} RoutesProps
 * @property {string} search
 * @property {number | undefined} version of the table
 * @property {() => void} refused
 */

/** Search of routes by host, path, namespace or pod. @extends {Component<RoutesProps, { search: string }>} */
export class Routes extends Component {
  /** @param {RoutesProps} props */
  constructor(props) {
    super(props);
    this.state = { search: props.search };
  }

  /** @override @param {RoutesProps} before */
  componentDidUpdate(before) {
    if (before.search !== this.props.search) this.setState({ search: this.props.search });
  }

  /** @override @param {RoutesProps} props @param {{ search: string }} state */
  render({ version, refused }, { search }) {
    return html`
      <h1>Routes</h1>
      <form role="search" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
        <div>
          <label for="search">Search by host, path, namespace or pod</label>
          <input id="search" type="search" maxlength="256" value=${search} onInput=${this.#typed} autocomplete="off" spellcheck=${false} />
        </div>
      </form>
      <${PolledDocument} page="dashboard/routes" query=${{ search }} version=${version} refused=${refused}>${found}<//>
    `;
  }

  /** @param {Event} event */
  #typed = ({ currentTarget }) => {
    const search = /** @type {HTMLInputElement} */ (currentTarget).value;
    this.setState({ search });
    // The URL survives a reload and can be sent to others. It replaces the last entry, so "back" does not step through every letter.
    history.replaceState(undefined, '', hashOf('routes', { search }));
  };
}

/** @param {import('../dashboard/route-documents.ts').FoundRoutes} document */
function found({ total, found, rows }) {
  return html`
    <p role="status">${count(found)} of ${counted(total, 'route')}${found > 0 && ', those with most requests first'}</p>
    ${rows.length > 0 && html`<${RouteTable} caption="Routes that were found" rows=${rows} total=${found} />`}
  `;
}
