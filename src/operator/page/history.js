import { PolledDocument } from './polled-document.js';
import { count, dateAndTime, printable } from './format.js';
import { formText } from './form-text.js';
import { html } from './html.js';
import { UntrustedText, RouteLink, Table, Tag } from './parts.js';
import { hashOf } from './place.js';

/**
 * @typedef {import('../../boundary/history.ts').HistoryEntry} HistoryEntry
 * @typedef {import('../../boundary/history.ts').ChangedEndpoint} ChangedEndpoint
 * @typedef {import('../../boundary/history.ts').ChangedRejection} ChangedRejection
 */

/** Maximum number of changes that are shown. */
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
    <${PolledDocument}
      page="history"
      query=${host === '' ? { limit: LIMIT } : { limit: LIMIT, host }}
      version=${version}
      refused=${refused}
    
      >${(/** @type {{ oldest: number | null, entries: HistoryEntry[] }} */ document) => html`<${Found} document=${document} host=${host} />`}<//>
  `;
}

/** @param {SubmitEvent} event */
function submitted(event) {
  location.hash = hashOf('history', { host: formText(event)('host') });
}

/** @param {{ document: { oldest: number | null, entries: HistoryEntry[] }, host: string }} props */
function Found({ document: { oldest, entries }, host }) {
  if (entries.length === 0) return html`<p>No change is remembered.</p>`;
  return html`
    <${HistoryTable} entries=${entries} host=${host} />
    ${oldest !== null && oldest > 1 && html`<p class="explanation">Revisions before ${count(oldest)} are no longer remembered.</p>`}
  `;
}

/** Changes, each with its cause. @param {{ entries: readonly HistoryEntry[], host?: string }} props `host`: only changes of this host */
export function HistoryTable({ entries, host = '' }) {
  const columns = host === '' ? COLUMNS : [...COLUMNS, thenOf(host)];
  return html`<${Table} caption="Changes of the table, the newest first" rows=${entries} columns=${columns} keyOf=${keyOf} />`;
}

/** @param {HistoryEntry} entry */
const keyOf = ({ number }) => String(number);

/** What happened to an object. */
const EVENTS = {
  added: 'was made',
  changed: 'was changed',
  deleted: 'was deleted',
};

/** @type {import('./parts.js').Column<HistoryEntry>[]} */
const COLUMNS = [
  { name: 'Revision', number: true, cell: ({ revision }) => count(revision) },
  { name: 'Time', cell: ({ time }) => dateAndTime(time) },
  {
    name: 'Cause',
    cell: ({ causes, moreCauses }) => html`<ul class="plain">
      ${causes.map((it) => html`<li>${causeOf(it)}</li>`)} ${more(moreCauses, 'causes')}
    </ul>`,
  },
  { name: 'What changed', cell: (entry) => html`<ul class="plain">${changesOf(entry)}</ul>` },
];

/**
 * @param {string} host
 * @returns {import('./parts.js').Column<HistoryEntry>}
 */
function thenOf(host) {
  return {
    name: 'Then',
    cell: ({ revision }) =>
      html`<a href=${hashOf('explain', { host, at: String(revision) })} aria-label=${`Explain at revision ${revision}`}>explain</a>`,
  };
}

/** @param {HistoryEntry['causes'][0]} cause */
function causeOf({ kind, namespace, name, event }) {
  if (event === 'timer') return 'podway itself: a timer, a certificate, a file';
  if (event === 'listed') return `${printable(kind)}s were listed again`;
  const names = [namespace, name].filter((it) => it !== '').join('/');
  return html`${printable(kind)} <${UntrustedText}>${names}<//> ${EVENTS[event] ?? event}`;
}

/** @param {HistoryEntry} entry */
function changesOf({
  synced,
  routes,
  endpoints,
  keys,
  moreKeys,
  certificates,
  moreCertificates,
  rejections,
}) {
  return [
    synced ? [] : [html`<li><${Tag} kind="warn">no request is routed yet<//></li>`],
    list('route added:', routes.added, (route) => html`<${RouteLink} route=${route} />`),
    list('route removed:', routes.removed, ({ host, path }) => html`<${UntrustedText}>${host}${path}<//>`),
    more(routes.more, 'routes'),
    list('pod added:', endpoints.added, podOf),
    list('pod changed:', endpoints.changed, podOf),
    list('pod removed:', endpoints.removed, podOf),
    more(endpoints.more, 'pods'),
    list(
      'keys:',
      Object.entries(keys),
      ([name, state]) => html`<${UntrustedText}>${name}<//> is ${printable(state)}`,
    ),
    more(moreKeys, 'keys'),
    list('certificate:', certificates, (host) => html`<${UntrustedText}>${host}<//>`),
    more(moreCertificates, 'certificates'),
    list('rejected:', rejections.appeared, rejectionOf),
    list('no longer rejected:', rejections.gone, rejectionOf),
    more(rejections.more, 'rejections'),
  ].flat();
}

/** @param {ChangedEndpoint} endpoint */
function podOf({ namespace, pod, port, condition, was, options }) {
  return html`<${UntrustedText}>${namespace}/${pod}:${port}<//>, ${was !== undefined && `${was}, now `}${condition}${
    options !== undefined &&
    html`; options <${UntrustedText}>${options.was || 'none'}<//>, now <${UntrustedText}>${options.now || 'none'}<//>`
  }`;
}

/** @param {ChangedRejection} rejection */
function rejectionOf({ kind, namespace, name, reason, detail }) {
  return html`${printable(kind)} <${UntrustedText}>${namespace}/${name}<//> <code>${reason}</code> <${UntrustedText}>${detail}<//>`;
}

/**
 * @template T
 * @param {string} what
 * @param {readonly T[]} items
 * @param {(item: T) => unknown} format
 */
function list(what, items, format) {
  return items.map((it) => html`<li>${what} ${format(it)}</li>`);
}

/** @param {number} number @param {string} what */
function more(number, what) {
  return number > 0 ? [html`<li class="more">more ${what}: ${count(number)}</li>`] : [];
}
