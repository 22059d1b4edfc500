import { request, Refusal } from './ask.js';
import { count, timeOfDay } from './format.js';
import { formText } from './form-text.js';
import { html } from './html.js';
import { LiveStream } from './live-stream.js';
import { UntrustedText, Table } from './parts.js';
import { hashOf } from './place.js';
import { Component } from './vendor/preact.js';
import { pauseWhileHidden } from './pause-while-hidden.js';

/** Maximum number of answers that the page keeps. */
const MAX_ANSWERS = 300;

/**
 * @typedef {import('../../boundary/own-answer.ts').OwnAnswer & { worker: number }} Answer
 *
 * @typedef {object} TailProps
 * @property {Record<string, string>} filter of /answers and /tail
 * @property {() => void} refused a token is needed
 *
 * @typedef {object} TailState
 * @property {Answer[]} answers the newest first
 * @property {Answer[] | undefined} held the answers that are shown while the user holds the tail; undefined: it is not held
 * @property {string} problem
 */

/** The router's own answers as they arrive. Its owner creates a new component for each filter. @extends {Component<TailProps, TailState>} */
class Tail extends Component {
  /** @override @type {TailState} */
  state = { answers: [], held: undefined, problem: '' };
  /** @type {LiveStream | undefined} */
  #stream;
  #unseen = () => {};

  /** @override */
  componentDidMount() {
    const { filter, refused } = this.props;
    this.#stream = new LiveStream(
      'tail',
      {
        event: (name, answer) => {
          // Other events have only a position.
          if (name === 'answer') this.#add([answer]);
        },
        status: (status) => {
          if (status.kind === 'refused') refused();
          else if (status.kind === 'open') void this.#before();
          this.setState({ problem: status.kind === 'waiting' ? `${status.why}; trying again` : '' });
        },
      },
      filter,
    );
    this.#stream.start();
    this.#unseen = pauseWhileHidden(this.#stream);
    void this.#before();
  }

  /** @override */
  componentWillUnmount() {
    this.#unseen();
    this.#stream?.stop();
  }

  /** @override @param {TailProps} _props @param {TailState} state */
  render(_props, { answers, held, problem }) {
    const shown = held ?? answers;
    const newest = shown[0];
    const waiting = newest === undefined ? answers.length : answers.indexOf(newest);
    return html`
      ${problem !== '' && html`<p role="alert">${problem}</p>`}
      <p>
        <button type="button" aria-pressed=${held !== undefined} onClick=${this.#hold}>Hold</button>${' '}
        ${held !== undefined && `${count(waiting)} more`}
      </p>
      ${shown.length === 0 && html`<p>No answers yet.</p>`}
      ${shown.length > 0 && html`<${Table} caption="Answers from the router itself, the newest first" rows=${shown} columns=${COLUMNS} keyOf=${keyOf} />`}
    `;
  }

  /** Requests the answers before the stream: when the stream is open, so no answer is missing, and also if it cannot open. */
  async #before() {
    try {
      const { answers } = await request('answers', {
        query: this.props.filter,
      });
      this.#add(answers);
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) this.props.refused();
    }
  }

  /** @param {Answer[]} news answers, of which the page may already have some */
  #add(news) {
    this.setState(({ answers }) => {
      const known = new Set(answers.map(keyOf));
      const all = [...news.filter((it) => !known.has(keyOf(it))), ...answers];
      all.sort((a, b) => b.time - a.time || b.worker - a.worker || b.seq - a.seq);
      return { answers: all.slice(0, MAX_ANSWERS) };
    });
  }

  #hold = () => this.setState(({ answers, held }) => ({ held: held === undefined ? answers : undefined }));
}

/** @param {Answer} answer */
function keyOf({ worker, seq }) {
  return `${worker}.${seq}`;
}

/** @type {import('./parts.js').Column<Answer>[]} */
const COLUMNS = [
  { name: 'Time', cell: ({ time }) => timeOfDay(time) },
  { name: 'Status', number: true, cell: ({ status }) => (status === 0 ? 'closed' : status) },
  { name: 'Reason', cell: ({ reason }) => html`<code>${reason}</code>` },
  { name: 'Request', cell: ({ method, host, path }) => html`<${UntrustedText}>${method} ${host}${path}<//>` },
  { name: 'Client', cell: ({ clientAddress }) => html`<${UntrustedText}>${clientAddress}<//>` },
  {
    name: 'Pod',
    cell: ({ namespace, pod }) => (pod === '' ? '' : html`<${UntrustedText}>${namespace}/${pod}<//>`),
  },
  {
    name: 'Why',
    cell: ({ requestId, reason }) =>
      html`<a href=${hashOf('answer', { id: requestId })} aria-label=${`Explain ${reason}, request ${requestId}`}>explain</a>`,
  },
];

const STATUSES = [
  ['', 'all'],
  ['4xx', '4xx'],
  ['5xx', '5xx'],
  ['0', 'closed without an answer'],
];

/** @param {{ query: URLSearchParams, refused: () => void }} props */
export function TailPage({ query, refused }) {
  const text = (/** @type {string} */ name) => query.get(name) ?? '';
  const filter = Object.fromEntries(
    ['host', 'status', 'reason'].map((name) => [name, text(name)]).filter(([, value]) => value !== ''),
  );
  return html`
    <h1>Answers from the router itself</h1>
    <form onSubmit=${submitted}>
      <div><label for="tail-host">Host</label>
        <input id="tail-host" name="host" key=${text('host')} defaultValue=${text('host')} spellcheck=${false} /></div>
      <div><label for="tail-status">Status</label>
        <select id="tail-status" name="status" key=${text('status')}>
          ${STATUSES.map(([value, name]) => html`<option key=${value} value=${value} selected=${value === text('status')}>${name}</option>`)}
        </select></div>
      <div><label for="tail-reason">Reason</label>
        <input id="tail-reason" name="reason" key=${text('reason')} defaultValue=${text('reason')} spellcheck=${false} /></div>
      <button>Show</button>
    </form>
    <${Tail} key=${JSON.stringify(filter)} filter=${filter} refused=${refused} />
  `;
}

/** @param {SubmitEvent} event */
function submitted(event) {
  const text = formText(event);
  location.hash = hashOf('tail', { host: text('host'), status: text('status'), reason: text('reason') });
}
