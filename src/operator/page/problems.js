import { age, bytes, count, percent } from './format.js';
import { html } from './html.js';
import { UntrustedText, Marked, RouteLink, Table, Tag } from './parts.js';
import { hashOf } from './place.js';

/**
 * @typedef {import('../dashboard/state.ts').DashboardState} State
 * @typedef {{ name: keyof State, title: string, explanation: string, table: (state: State, now: number) => unknown }} Group
 */

/** @param {{ host: string, path: string }} route */
const keyOfRoute = ({ host, path }) => `${host} ${path}`;
/** @param {{ namespace: string, pod: string }} pod */
const podOf = ({ namespace, pod }) => html`<${UntrustedText}>${namespace}/${pod}<//>`;
/** @param {readonly string[]} names */
const listOf = (names) => html`<${UntrustedText}>${names.join(', ')}<//>`;

/** Groups of problems, the worst first. @type {Group[]} */
const GROUPS = [
  {
    name: 'unready',
    title: 'Routes without a ready pod',
    explanation: 'Requests for them get 503, or go to pods of silent nodes.',
    table: ({ unready }) =>
      html`<${Table}
        caption="Routes without a ready pod"
        rows=${unready.rows}
        total=${unready.total}
        keyOf=${keyOfRoute}
        columns=${columns(unready.rows, [
          { name: 'Route', cell: (row) => html`<${RouteLink} route=${row} />` },
          { name: 'Namespaces', cell: (row) => listOf(row.namespaces) },
          {
            name: 'Its pods',
            cell: (row) =>
              Object.entries(row.conditions)
                .map(([condition, pods]) => `${pods} ${condition}`)
                .join(', ') || 'none',
          },
          {
            name: 'Served',
            cell: (row) =>
              row.lastResort
                ? html`<${Tag} kind="warn">as a last resort<//>`
                : html`<${Tag} kind="bad">no<//>`,
          },
        ])}
      />`,
  },
  {
    name: 'ejected',
    title: 'Ejected pods',
    explanation: 'They failed several times in a row, so workers do not use them for a while.',
    table: ({ ejected }, now) =>
      html`<${Table}
        caption="Ejected pods"
        rows=${ejected.rows}
        total=${ejected.total}
        keyOf=${(/** @type {State['ejected']['rows'][0]} */ it) => `${it.namespace} ${it.pod} ${it.address}`}
        columns=${columns(ejected.rows, [
          { name: 'Pod', cell: podOf },
          { name: 'Address', cell: (row) => html`<${UntrustedText}>${row.address}<//>` },
          { name: 'Workers', number: true, cell: (row) => row.workers },
          { name: 'Failures', number: true, cell: (row) => count(row.failures) },
          { name: 'Tried again in', number: true, cell: (row) => age(row.until - now) },
        ])}
      />`,
  },
  {
    name: 'failing',
    title: 'Routes that answer 5xx',
    explanation: 'In the last quarter of an hour; those that failed lately come first.',
    table: ({ failing }) =>
      html`<${Table}
        caption="Routes that answer 5xx"
        rows=${failing.rows}
        total=${failing.total}
        keyOf=${keyOfRoute}
        columns=${columns(failing.rows, [
          { name: 'Route', cell: (row) => html`<${RouteLink} route=${row} />` },
          { name: '5xx in 2 min', number: true, cell: ({ recent }) => errorsOf(recent) },
          { name: '5xx in 15 min', number: true, cell: errorsOf },
          { name: 'Requests in 15 min', number: true, cell: (row) => count(row.requests) },
        ])}
      />`,
  },
  {
    name: 'limits',
    title: 'Limits reached or nearly reached',
    explanation: 'When a limit is reached, podway refuses connections or requests.',
    table: ({ limits }) =>
      html`<${Table}
        caption="Limits reached or nearly reached"
        rows=${limits.rows}
        total=${limits.total}
        keyOf=${(/** @type {State['limits']['rows'][0]} */ it) => it.limit}
        columns=${columns(limits.rows, [
          { name: 'Limit', cell: ({ limit }) => LIMITS[limit] ?? limit },
          { name: 'Used', number: true, cell: ({ limit, used }) => amount(limit, used) },
          {
            name: 'Of',
            number: true,
            cell: ({ limit, most }) => (most === null ? 'all' : amount(limit, most)),
          },
          {
            name: 'Setting',
            cell: ({ setting }) => (setting === '' ? 'of the system' : html`<code>${setting}</code>`),
          },
          { name: 'Refused in 15 min', number: true, cell: (row) => count(row.refused) },
        ])}
      />`,
  },
  {
    name: 'keys',
    title: 'Namespaces whose keys need attention',
    explanation: 'The keys of a namespace may not be what its owner expects.',
    table: ({ keys }) =>
      html`<${Table}
        caption="Namespaces whose keys need attention"
        rows=${keys.rows}
        total=${keys.total}
        keyOf=${(/** @type {State['keys']['rows'][0]} */ it) => it.namespace}
        columns=${columns(keys.rows, [
          { name: 'Namespace', cell: (row) => html`<${UntrustedText}>${row.namespace}<//>` },
          { name: 'State', cell: (row) => KEY_STATES[row.state] ?? row.state },
        ])}
      />`,
  },
  {
    name: 'rejections',
    title: 'Rejections',
    explanation: 'Parts of annotations, Secrets and certificates that podway rejects.',
    table: ({ rejections }) => html`<${RejectionTable} rejections=${rejections} />`,
  },
  {
    name: 'conflicts',
    title: 'Conflicting routes',
    explanation: 'Namespaces that take turns, or pods with different options.',
    table: ({ conflicts }) =>
      html`<${Table}
        caption="Conflicting routes"
        rows=${conflicts.rows}
        total=${conflicts.total}
        keyOf=${keyOfRoute}
        columns=${columns(conflicts.rows, [
          { name: 'Route', cell: (row) => html`<${RouteLink} route=${row} />` },
          { name: 'What', cell: (row) => CONFLICTS[row.conflict] ?? row.conflict },
          { name: 'Between', cell: (row) => listOf(row.between) },
        ])}
      />`,
  },
  {
    name: 'refusals',
    title: 'Answers from the router itself',
    explanation: 'In the last quarter of an hour. The last ones, one by one, are in the tail.',
    table: ({ refusals }) =>
      html`<${Table}
        caption="Answers from the router itself"
        rows=${refusals.rows}
        keyOf=${(/** @type {State['refusals']['rows'][0]} */ it) => it.reason}
        columns=${columns(refusals.rows, [
          {
            name: 'Reason',
            cell: ({ reason }) => html`<a href=${hashOf('tail', { reason })}><code>${reason}</code></a>`,
          },
          { name: 'Times', number: true, cell: (row) => count(row.count) },
          { name: 'Fault', cell: (row) => row.fault },
          { name: 'What it means', cell: (row) => html`<${Marked}>${row.meaning}<//>` },
          { name: 'What to do', cell: (row) => html`<${Marked}>${row.action}<//>` },
        ])}
      />`,
  },
];

/** Descriptions of the states of a namespace's keys. */
export const KEY_STATES = {
  'denies-all': 'its Secret has no usable key: every request is refused',
  unknown: 'podway does not know yet whether it has a key: its pods wait',
  deleted: 'its Secret was deleted: the keys stay in force for a while',
};

const LIMITS = {
  descriptors: 'open files and sockets',
  connections: 'connections of clients',
  'in-flight': 'requests in flight',
  memory: 'memory for requests',
};

const CONFLICTS = {
  shared: 'namespaces take turns: no key distinguishes their requests',
  options: 'its pods have different options',
};

/**
 * Connects the type of the columns with that of their rows.
 *
 * @template T
 * @param {readonly T[]} _rows
 * @param {import('./parts.js').Column<T>[]} columns
 */
function columns(_rows, columns) {
  return columns;
}

/** @param {keyof typeof LIMITS} limit @param {number} value */
function amount(limit, value) {
  return limit === 'memory' ? bytes(value) : count(value);
}

/** @param {{ requests: number, serverErrors: number }} of */
function errorsOf({ requests, serverErrors }) {
  return requests === 0 ? '–' : `${count(serverErrors)} (${percent(serverErrors / requests)})`;
}

/** @param {{ rejections: State['rejections'] }} props */
export function RejectionTable({ rejections: { rows, total } }) {
  return html`<${Table}
    caption="Rejections"
    rows=${rows}
    total=${total}
    keyOf=${(/** @type {State['rejections']['rows'][0]} */ it) => JSON.stringify(it)}
    columns=${columns(rows, [
      { name: 'Object', cell: (row) => html`${row.kind} <${UntrustedText}>${row.namespace}/${row.name}<//>` },
      { name: 'Reason', cell: (row) => html`<code>${row.reason}</code>` },
      { name: 'What it says', cell: (row) => html`<${UntrustedText}>${row.detail}<//>` },
      { name: 'Expected', cell: (row) => row.expected },
    ])}
  />`;
}

/** @param {State} state @param {Group} group */
function totalOf(state, { name }) {
  return /** @type {{ total: number }} */ (/** @type {unknown} */ (state[name])).total;
}

/** Number of problems, without the router's own answers, which may be the client's fault. @param {State} state */
export function problemCount(state) {
  return GROUPS.filter(({ name }) => name !== 'refusals').reduce((sum, it) => sum + totalOf(state, it), 0);
}

/** @param {{ state: State, now: number }} props `now` by the router's clock */
export function Problems({ state, now }) {
  const shown = GROUPS.filter((it) => totalOf(state, it) > 0);
  return html`<section aria-labelledby="problems">
    <h2 id="problems">Problems</h2>
    ${problemCount(state) === 0 && html`<p><${Tag} kind="good">none found<//></p>`}
    ${shown.map(
      (group) => html`<details key=${group.name} class="problem" open=${group.name !== 'refusals'}>
        <summary><h3>${group.title}</h3> <span class="count">${count(totalOf(state, group))}</span></summary>
        <p class="explanation">${group.explanation}</p>
        ${group.table(state, now)}
      </details>`,
    )}
  </section>`;
}
