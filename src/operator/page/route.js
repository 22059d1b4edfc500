import { PolledDocument } from './polled-document.js';
import { Chart } from './chart.js';
import { Explain } from './explain.js';
import { age, count, counted, duration, percent, rate } from './format.js';
import { html } from './html.js';
import { UntrustedText, Table, Tag } from './parts.js';
import { KEY_STATES, RejectionTable } from './problems.js';
import { RouteProblems } from './route-table.js';

/**
 * @typedef {import('../dashboard/route-documents.ts').RouteDocument} RouteDocument
 * @typedef {RouteDocument['endpoints']['rows'][0]} EndpointRow
 */

/** Milliseconds between two requests for the document of a route. */
const REFRESH_INTERVAL = 5_000;
const MINUTE = 60_000;

/** @param {{ host: string, path: string, now: number, keyField: string | undefined, refused: () => void }} props `now` by the router's clock */
export function RoutePage({ host, path, now, keyField, refused }) {
  return html`
    <h1><${UntrustedText}>${host}${path}<//></h1>
    <${PolledDocument} page="dashboard/route" query=${{ host, path }} version=${Math.floor(now / REFRESH_INTERVAL)} refused=${refused}>
      ${(/** @type {RouteDocument} */ document) => html`<${Found} document=${document} now=${now} />`}
    <//>
    <section aria-labelledby="explain">
      <h2 id="explain">Explain a request</h2>
      <${Explain} key=${host + path} question=${{ host: host.replace(/^\*\./, 'any.'), path }} keyField=${keyField} refused=${refused} />
    </section>
  `;
}

/** @param {{ document: RouteDocument, now: number }} props */
function Found({ document, now }) {
  const { problems, endpoints, namespaces, options, rejections, recent } = document;
  return html`
    ${problems.length > 0 && html`<p><${RouteProblems} problems=${problems} /></p>`}
    <section aria-labelledby="endpoints">
      <h2 id="endpoints">Pods</h2>
      <${Table} caption="Pods" rows=${endpoints.rows} total=${endpoints.total} columns=${endpointColumns(now)} keyOf=${keyOfEndpoint} />
    </section>
    <section aria-labelledby="recent">
      <h2 id="recent">The last quarter of an hour</h2>
      <${Recent} recent=${recent} />
    </section>
    <section aria-labelledby="options">
      <h2 id="options">Options</h2>
      ${options.rows.length === 0 && html`<p>Its pods declare no options.</p>`}
      ${options.rows.length > 0 && html`<${Table} caption="Options" rows=${options.rows} total=${options.total} columns=${OPTIONS} keyOf=${keyOfOptions} />`}
    </section>
    <section aria-labelledby="namespaces">
      <h2 id="namespaces">Namespaces</h2>
      <${Table} caption="Namespaces" rows=${namespaces.rows} total=${namespaces.total} columns=${NAMESPACES} keyOf=${keyOfNamespace} />
    </section>
    ${
      rejections.rows.length > 0 &&
      html`<section aria-labelledby="rejections">
        <h2 id="rejections">Rejections of its pods</h2>
        <${RejectionTable} rejections=${rejections} />
      </section>`
    }
  `;
}

/** @param {EndpointRow} row */
const keyOfEndpoint = ({ namespace, pod, address }) => `${namespace} ${pod} ${address}`;
/** @param {{ options: string }} row */
const keyOfOptions = ({ options }) => options;
/** @param {{ namespace: string }} row */
const keyOfNamespace = ({ namespace }) => namespace;

/**
 * @param {number} now
 * @returns {import('./parts.js').Column<EndpointRow>[]}
 */
function endpointColumns(now) {
  return [
    { name: 'Pod', cell: ({ namespace, pod }) => html`<${UntrustedText}>${namespace}/${pod}<//>` },
    { name: 'Address', cell: ({ address }) => html`<${UntrustedText}>${address}<//>` },
    {
      name: 'State',
      cell: ({ condition, ejected }) => {
        if (ejected !== null)
          return html`<${Tag} kind="bad">ejected by ${ejected.workers}, tried in ${age(ejected.until - now)}<//>`;
        return html`<${Tag} kind=${condition === 'ready' ? 'good' : 'warn'}>${condition}<//>`;
      },
    },
    { name: 'In flight', number: true, cell: (row) => count(row.inFlight) },
    { name: 'Failures', number: true, cell: (row) => count(row.failures) },
    { name: 'Zone', cell: ({ zone }) => html`<${UntrustedText}>${zone}<//>` },
    { name: 'Age', number: true, cell: ({ created }) => (created === null ? '' : age(now - created)) },
    { name: 'Options', cell: ({ options }) => html`<${UntrustedText}>${options}<//>` },
  ];
}

/** @type {import('./parts.js').Column<RouteDocument['options']['rows'][0]>[]} */
const OPTIONS = [
  {
    name: 'Options',
    cell: ({ options }) => (options === '' ? 'none' : html`<${UntrustedText}>${options}<//>`),
  },
  { name: 'Pods', number: true, cell: ({ pods }) => count(pods) },
];

/** @type {import('./parts.js').Column<RouteDocument['namespaces']['rows'][0]>[]} */
const NAMESPACES = [
  { name: 'Namespace', cell: ({ namespace }) => html`<${UntrustedText}>${namespace}<//>` },
  {
    name: 'Required key',
    cell: ({ state, keys }) => {
      if (state === 'open') return 'no key';
      return state === 'keyed' ? `one of ${counted(keys, 'key')}` : KEY_STATES[state];
    },
  },
];

/** @type {import('./chart.js').Line[]} */
const REQUESTS = [{ name: 'requests', column: 1, format: rate }];
/** @type {import('./chart.js').Line[]} */
const ERRORS = [
  { name: '5xx', column: 3, format: percent },
  { name: '4xx', column: 2, format: percent },
];

/** @param {{ recent: RouteDocument['recent'] }} props */
function Recent({ recent: { minutes, p50, p95, p99 } }) {
  if (minutes.length === 0) return html`<p>It has had no requests.</p>`;
  const sum = (/** @type {2 | 3 | 4} */ column) => minutes.reduce((all, it) => all + it[column], 0);
  const figures = [
    ['requests', count(sum(2))],
    ['5xx', count(sum(4))],
    ['4xx', count(sum(3))],
    ['p50', duration(p50)],
    ['p95', duration(p95)],
    ['p99', duration(p99)],
  ];
  // The workers may not have reported the current minute yet. Without requests, it would look like an outage, so it is left out.
  const reported = minutes.filter(
    ([, lasted, requests], at) => at < minutes.length - 1 || requests > 0 || lasted >= MINUTE,
  );
  const points = reported.map(([time, lasted, requests, client, server]) => [
    time,
    lasted === 0 ? null : (requests * 1000) / lasted,
    requests === 0 ? null : client / requests,
    requests === 0 ? null : server / requests,
  ]);
  return html`
    <dl class="figures">${figures.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    <div class="charts">
      <${Chart} title="Requests a second" lines=${REQUESTS} points=${points} />
      <${Chart} title="Errors, of all answers" lines=${ERRORS} points=${points} />
    </div>
  `;
}
