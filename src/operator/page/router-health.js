import { age, bytes, count, dateAndTime, duration, printable } from './format.js';
import { html } from './html.js';
import { UntrustedText, Table, Tag } from './parts.js';

/** @typedef {import('../dashboard/state.ts').DashboardState} State */

/** Event-loop lag in seconds above which the page warns: the default of SHED_AT_LAG. */
const LAG_WARNING = 0.2;
/** Milliseconds of silence of a stream above which the page warns: a quiet stream has a bookmark about once a minute. */
const SILENT = 5 * 60_000;

/** The state of the router itself. @param {{ state: State, now: number }} props `now` by the router's clock */
export function RouterHealth({ state, now }) {
  const { router } = state;
  /** @type {[string, unknown][]} */
  const facts = [
    ['Revision', count(router.revision)],
    ['Routes', count(router.routes)],
    ['Version', router.version],
    ['Runs on', html`<${UntrustedText}>${router.name}<//>`],
    [
      'Up for',
      html`<span title=${`since ${dateAndTime(router.startedAt)}`}>${age(now - router.startedAt)}</span>`,
    ],
    ['Memory', `${bytes(router.memory.resident)} (main heap ${bytes(router.memory.heap)})`],
    [
      'Worker restarts',
      router.restarts === 0 ? '0' : html`<${Tag} kind="warn">${count(router.restarts)}<//>`,
    ],
    ['Source', html`<${UntrustedText}>${router.source}<//>`],
  ];
  return html`<section aria-labelledby="router">
    <h2 id="router">Router</h2>
    <p class="verdict">
      ${
        router.ready
          ? html`<${Tag} kind="good">ready<//>`
          : html`<${Tag} kind="bad">not ready: load balancers send it no requests<//>`
      }
      ${!router.synced && html` <${Tag} kind="warn">the first lists of the cluster are not complete<//>`}
    </p>
    ${router.notes.length > 0 && html`<ul class="notes">${router.notes.map((it) => html`<li>${printable(it)}</li>`)}</ul>`}
    <dl class="facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    <div class="side-by-side of-router">
      <div><h3>Workers</h3><${Workers} state=${state} /></div>
      <div><h3>What is followed</h3><${Streams} state=${state} now=${now} /></div>
    </div>
  </section>`;
}

/** @param {{ state: State }} props */
function Workers({ state: { workers, router } }) {
  /** @type {import('./parts.js').Column<State['workers'][0]>[]} */
  const columns = [
    { name: 'Worker', cell: (row) => row.worker },
    {
      name: 'State',
      cell: (row) => {
        if (!row.listening) return html`<${Tag} kind="bad">does not listen<//>`;
        if (row.applied < router.revision)
          return html`<${Tag} kind="warn">behind, at ${count(row.applied)}<//>`;
        return html`<${Tag} kind="good">current<//>`;
      },
    },
    {
      name: 'Event-loop lag',
      number: true,
      cell: ({ lag }) =>
        lag === null
          ? '–'
          : html`<span title="p99 and maximum of the last minute">
              ${lag[1] > LAG_WARNING ? html`<${Tag} kind="warn">${duration(lag[0])}, ${duration(lag[1])}<//>` : `${duration(lag[0])}, ${duration(lag[1])}`}
            </span>`,
    },
    { name: 'Heap', number: true, cell: (row) => bytes(row.heap) },
    { name: 'In flight', number: true, cell: (row) => count(row.inFlight) },
    { name: 'Connections', number: true, cell: (row) => count(row.connections) },
  ];
  return html`<${Table} caption="Workers" rows=${workers} columns=${columns} keyOf=${keyOfWorker} />`;
}

/** @param {{ worker: number }} row */
const keyOfWorker = ({ worker }) => String(worker);

/** @param {{ state: State, now: number }} props */
function Streams({ state: { router }, now }) {
  /** @type {import('./parts.js').Column<State['router']['streams'][0]>[]} */
  const columns = [
    { name: 'Resource', cell: (row) => row.resource },
    {
      name: 'State',
      cell: (row) => {
        const { up, error = '' } = row;
        if (!up)
          return html`<${Tag} kind="bad">not followed${since(row.since)}<//> <${UntrustedText}>${error}<//>`;
        const isSilent = row.receivedAt !== null && now - row.receivedAt > SILENT;
        return isSilent ? html`<${Tag} kind="warn">silent<//>` : html`<${Tag} kind="good">followed<//>`;
      },
    },
    {
      name: 'Last event',
      number: true,
      cell: ({ receivedAt }) => (receivedAt === null ? 'never' : `${age(now - receivedAt)} ago`),
    },
  ];
  return html`<${Table} caption="Followed resources" rows=${router.streams} columns=${columns} keyOf=${keyOfStream} />`;
}

/** @param {{ resource: string }} row */
const keyOfStream = ({ resource }) => resource;

/** @param {string | undefined} time */
function since(time) {
  return time === undefined ? '' : ` since ${dateAndTime(Date.parse(time))}`;
}
