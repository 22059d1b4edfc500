import { AnswerPage } from './answer.js';
import { request, forgetToken, hasToken } from './ask.js';
import { Explain } from './explain.js';
import { printable } from './format.js';
import { ErrorBoundary } from './error-boundary.js';
import { HistoryPage } from './history.js';
import { html } from './html.js';
import { LiveStream } from './live-stream.js';
import { Overview } from './overview.js';
import { hashOf, placeOf } from './place.js';
import { problemCount } from './problems.js';
import { RoutePage } from './route.js';
import { Routes } from './routes.js';
import { StatusLine } from './status-line.js';
import { TailPage } from './tail.js';
import { TokenForm } from './token-form.js';
import { Component, createRef, render } from './vendor/preact.js';
import { pauseWhileHidden } from './pause-while-hidden.js';

/**
 * @typedef {import('../dashboard/state.ts').DashboardState} DashboardState
 * @typedef {import('../dashboard/state.ts').DashboardChange} DashboardChange
 *
 * @typedef {object} AppState
 * @property {import('./place.js').Place} place
 * @property {DashboardState | undefined} state
 * @property {number} time of the state, by the router's clock
 * @property {import('./live-stream.js').StreamStatus} status
 * @property {boolean} asksToken
 * @property {boolean} hasHistory the router keeps a history
 */

/** Maximum number of points: those of the last quarter of an hour. */
const POINTS = 180;

/** The views of the navigation, in their order. Links lead to the other views. */
const VIEWS = [
  { view: '', title: 'Overview' },
  { view: 'routes', title: 'Routes' },
  { view: 'explain', title: 'Explain' },
  { view: 'tail', title: 'Answers' },
  { view: 'history', title: 'History' },
];

/** @extends {Component<{}, AppState>} */
class App extends Component {
  /** @override @type {AppState} */
  state = {
    place: placeOf(location.hash),
    state: undefined,
    time: 0,
    status: { kind: 'connecting' },
    asksToken: false,
    hasHistory: false,
  };
  #main = createRef();
  #events = new LiveStream('events', {
    event: (name, data) => this.#received(name, data),
    status: (status) => this.setState({ status, ...(status.kind === 'refused' && { asksToken: true }) }),
  });

  /** @override */
  componentDidMount() {
    addEventListener('hashchange', () => this.#moved());
    this.#events.start();
    pauseWhileHidden(this.#events);
  }

  /** @override */
  componentDidUpdate() {
    const { place, state } = this.state;
    const problems = state === undefined ? 0 : problemCount(state);
    document.title = `${problems > 0 ? `(${problems}) ` : ''}${titleOf(place)} · podway`;
  }

  /** @override */
  render() {
    const { place, state, status, asksToken, time, hasHistory } = this.state;
    return html`
      <a class="skip" href="#main" onClick=${this.#skip}>Skip to the content</a>
      <header>
        <p class="name">podway</p>
        <nav aria-label="Dashboard">
          ${VIEWS.filter(({ view }) => view !== 'history' || hasHistory).map(
            ({ view, title }) =>
              html`<a key=${view} href=${`#/${view}`} aria-current=${view === place.view ? 'page' : undefined}>${title}</a>`,
          )}
        </nav>
        ${hasToken() && html`<button type="button" onClick=${this.#forget}>Forget the token</button>`}
      </header>
      <${StatusLine} status=${status} time=${time} state=${state} retry=${this.#retry} />
      <main id="main" ref=${this.#main} tabindex="-1" class=${status.kind === 'open' || state === undefined ? '' : 'stale'}>
        ${asksToken ? html`<${TokenForm} done=${this.#admitted} />` : html`<${ErrorBoundary} key=${place.view + place.query.toString()}>${viewOf(place, this.state, this.#refused)}<//>`}
      </main>
    `;
  }

  /** @param {string} name @param {any} data */
  #received(name, data) {
    if (name === 'state') {
      const { time, ...state } = /** @type {DashboardState & { time: number }} */ (data);
      this.setState({ time, state });
      if (!this.state.hasHistory) void this.#lookForHistory();
    } else if (name === 'change' && this.state.state !== undefined) {
      const { time, ...change } = /** @type {DashboardChange} */ (data);
      this.setState({ time, state: merged(this.state.state, change) });
    }
  }

  async #lookForHistory() {
    try {
      await request('history', { query: { limit: '1' } });
      this.setState({ hasHistory: true });
    } catch {
      // An older router has no history page. A newer one may replace it, so the next `state` event asks again.
    }
  }

  #moved() {
    this.setState({ place: placeOf(location.hash) }, () => {
      scrollTo(0, 0);
      // As after a link to another document, a screen reader reads the heading, and the next Tab continues from there.
      const heading = this.#main.current?.querySelector('h1');
      heading?.setAttribute('tabindex', '-1');
      heading?.focus();
    });
  }

  /** Focuses the content by script, because the fragment of the URL is already the place within the dashboard. @param {Event} event */
  #skip = (event) => {
    event.preventDefault();
    this.#main.current?.focus();
  };

  #retry = () => this.#events.start();

  #refused = () => this.setState({ asksToken: true });

  #admitted = () => {
    this.setState({ asksToken: false });
    this.#events.start();
  };

  /** Forgets the token, and the data that podway sent because of it. */
  #forget = () => {
    forgetToken();
    this.setState({ state: undefined });
    this.#events.start();
  };
}

/** @param {import('./place.js').Place} place */
function titleOf({ view, query }) {
  if (view === 'route') return printable(`${query.get('host') ?? ''}${query.get('path') ?? ''}`);
  return VIEWS.find((it) => it.view === view)?.title ?? view;
}

/**
 * @param {import('./place.js').Place} place
 * @param {AppState} app
 * @param {() => void} refused a token is needed
 */
function viewOf({ view, query }, { state, time, hasHistory }, refused) {
  const keyField = state?.router.apiKeyHeader;
  switch (view) {
    case '':
      return html`<${Overview} state=${state} now=${time} hasHistory=${hasHistory} />`;
    case 'routes':
      return html`<${Routes} search=${query.get('search') ?? ''} version=${state?.router.revision} refused=${refused} />`;
    case 'route':
      return html`<${RoutePage} host=${query.get('host') ?? ''} path=${query.get('path') ?? ''} now=${time} keyField=${keyField} refused=${refused} />`;
    case 'explain':
      return html`<h1>Explain a request</h1>
        <section aria-labelledby="question">
          <h2 id="question">As it would be sent</h2>
          <${Explain} key=${query.toString()} question=${Object.fromEntries(query)} atOnce=${query.has('host')} keyField=${keyField} asked=${remember} refused=${refused} />
        </section>`;
    case 'answer':
      return html`<${AnswerPage} id=${query.get('id') ?? ''} refused=${refused} />`;
    case 'tail':
      return html`<${TailPage} query=${query} refused=${refused} />`;
    case 'history':
      return html`<${HistoryPage} query=${query} version=${state?.router.revision} refused=${refused} />`;
    default:
      return html`<h1>Not found</h1><p>There is no such view. <a href="#/">The overview</a></p>`;
  }
}

/** Puts the question into the URL, so it survives a reload and can be sent to others. @param {Record<string, string>} question */
function remember(question) {
  history.replaceState(undefined, '', hashOf('explain', question));
}

/**
 * @param {DashboardState} state
 * @param {Partial<DashboardState>} change
 * @returns {DashboardState}
 */
function merged(state, { points = [], ...parts }) {
  const newest = state.points.at(-1)?.[0] ?? 0;
  const news = points.filter(([time]) => time > newest);
  if (news.length === 0) return { ...state, ...parts };
  return { ...state, ...parts, points: [...state.points, ...news].slice(-POINTS) };
}

render(html`<${App} />`, document.body);
