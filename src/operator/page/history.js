import { Asked } from './asked.js';
import { count, dateAndTime, plainly } from './format.js';
import { formText } from './form-text.js';
import { html } from './html.js';
import { Foreign, RouteLink, Table } from './parts.js';
import { hashOf } from './place.js';

/**
 * What `/history` answers, as far as it is shown.
 *
 * @typedef {{ host: string, path: string }} RouteName
 * @typedef {{ namespace: string, pod: string, port?: number, condition?: string }} EndpointName
 * @typedef {object} HistoryEntry
 * @property {number} revision
 * @property {number} time
 * @property {{ kind: string, namespace: string, name: string, event: string }[]} [causes]
 * @property {number} [moreCauses]
 * @property {{ added?: RouteName[], removed?: RouteName[], more?: number }} [routes]
 * @property {{ added?: EndpointName[], removed?: EndpointName[], changed?: EndpointName[], more?: number }} [endpoints]
 * @property {Record<string, string>} [keys]
 * @property {string[]} [certificates]
 * @property {{ appeared?: number | unknown[], gone?: number | unknown[] }} [rejections]
 */

/** How many are shown. */
const LIMIT = '100';

/** Changes of the table, the newest first. @param {{ query: URLSearchParams, version: number | undefined, refused: () => void }} props */
export function HistoryPage({ query, version, refused }) {
  const host = query.get('host') ?? '';
  return html`
    <h1>History</h1>
    <form role="search" onSubmit=${submitted}>
      <div><label for="history-host">Host</label>
        <input id="history-host" name="host" key=${host} defaultValue=${host} spellcheck=${false} /></div>
      <button>Show</button>
    </form>
    <${Asked}
      page="history"
      query=${host === '' ? { limit: LIMIT } : { limit: LIMIT, host }}
      version=${version}
      refused=${refused}
    >${found}<//>
  `;
}

/** @param {SubmitEvent} event */
function submitted(event) {
  location.hash = hashOf('history', { host: formText(event)('host') });
}

/** @param {{ oldest: number, newest: number, entries: HistoryEntry[] }} document */
function found({ oldest, entries }) {
  if (entries.length === 0) return html`<p>No change is remembered.</p>`;
  return html`
    <${Table} caption="Changes of the table, the newest first" rows=${entries} columns=${COLUMNS} keyOf=${keyOf} />
    <p class="explanation">Revisions before ${count(oldest)} are no longer remembered.</p>
  `;
}

/** @param {HistoryEntry} entry */
const keyOf = ({ revision }) => String(revision);

/** @type {import('./parts.js').Column<HistoryEntry>[]} */
const COLUMNS = [
  { name: 'Revision', number: true, cell: ({ revision }) => count(revision) },
  { name: 'Time', cell: ({ time }) => dateAndTime(time) },
  {
    name: 'Cause',
    cell: ({ causes = [], moreCauses = 0 }) => html`<ul class="plain">
      ${causes.map(
        ({ kind, namespace, name, event }) =>
          html`<li>${plainly(kind)} <${Foreign}>${namespace}/${name}<//> ${plainly(event)}</li>`,
      )}
      ${moreCauses > 0 && html`<li class="more">and ${count(moreCauses)} more</li>`}
    </ul>`,
  },
  { name: 'What changed', cell: (entry) => html`<ul class="plain">${changesOf(entry)}</ul>` },
];

/** @param {HistoryEntry} entry */
function changesOf({ routes = {}, endpoints = {}, keys = {}, certificates = [], rejections = {} }) {
  const podOf = (/** @type {EndpointName} */ { namespace, pod, condition }) =>
    html`<${Foreign}>${namespace}/${pod}<//>${condition !== undefined && ` (${plainly(condition)})`}`;
  return [
    ...list('route came', routes.added, (route) => html`<${RouteLink} route=${route} />`),
    ...list('route went', routes.removed, (route) => html`<${Foreign}>${route.host}${route.path}<//>`),
    ...more(routes.more, 'routes'),
    ...list('pod came', endpoints.added, podOf),
    ...list('pod changed', endpoints.changed, podOf),
    ...list('pod went', endpoints.removed, podOf),
    ...more(endpoints.more, 'pods'),
    ...list(
      'keys',
      Object.entries(keys),
      ([namespace, state]) => html`<${Foreign}>${namespace}<//>: ${plainly(state)}`,
    ),
    ...list('certificate', certificates, (host) => html`<${Foreign}>${host}<//>`),
    ...more(amount(rejections.appeared), 'rejections came'),
    ...more(amount(rejections.gone), 'rejections went'),
  ];
}

/**
 * @template T
 * @param {string} what
 * @param {readonly T[] | undefined} items
 * @param {(item: T) => unknown} say
 */
function list(what, items = [], say) {
  return items.map((it) => html`<li>${what} ${say(it)}</li>`);
}

/** @param {number | undefined} number @param {string} what */
function more(number = 0, what) {
  return number > 0 ? [html`<li class="more">${count(number)} ${what}</li>`] : [];
}

/** @param {number | unknown[] | undefined} it */
function amount(it = 0) {
  return typeof it === 'number' ? it : it.length;
}
