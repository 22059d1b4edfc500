import { count, percent } from './format.js';
import { html } from './html.js';
import { UntrustedText, RouteLink, Table, Tag } from './parts.js';

/** @typedef {import('../dashboard/state.ts').RouteRow} RouteRow */

/** @type {Record<import('../dashboard/state.ts').RouteProblem, { kind: 'bad' | 'warn', text: string }>} */
const PROBLEMS = {
  'no-ready-pod': { kind: 'bad', text: 'no ready pod' },
  'last-resort': { kind: 'warn', text: 'served by pods of silent nodes' },
  failing: { kind: 'warn', text: 'answers 5xx' },
  shared: { kind: 'warn', text: 'namespaces take turns' },
  options: { kind: 'warn', text: 'pods have different options' },
};

/** @param {{ problems: readonly import('../dashboard/state.ts').RouteProblem[] }} props */
export function RouteProblems({ problems }) {
  return problems.map((it) => {
    // A newer router may send further problems.
    const { kind, text } = PROBLEMS[it] ?? { kind: 'warn', text: it };
    return html`<${Tag} key=${it} kind=${kind}>${text}<//> `;
  });
}

/** @type {import('./parts.js').Column<RouteRow>[]} */
const COLUMNS = [
  { name: 'Route', cell: (row) => html`<${RouteLink} route=${row} />` },
  { name: 'Namespaces', cell: ({ namespaces }) => html`<${UntrustedText}>${namespaces.join(', ')}<//>` },
  { name: 'Ready', number: true, cell: ({ ready, pods }) => `${count(ready)} of ${count(pods)}` },
  { name: 'Requests in 15 min', number: true, cell: (row) => count(row.requests) },
  { name: '4xx', number: true, cell: ({ requests, clientErrors }) => partOf(clientErrors, requests) },
  { name: '5xx', number: true, cell: ({ requests, serverErrors }) => partOf(serverErrors, requests) },
  { name: 'Problems', cell: ({ problems }) => html`<${RouteProblems} problems=${problems} />` },
];

/** @param {{ caption: string, rows: readonly RouteRow[], total: number }} props */
export function RouteTable({ caption, rows, total }) {
  return html`<${Table} caption=${caption} rows=${rows} total=${total} columns=${COLUMNS} keyOf=${keyOf} />`;
}

/** @param {RouteRow} row */
const keyOf = ({ host, path }) => `${host} ${path}`;

/** @param {number} errors @param {number} requests */
function partOf(errors, requests) {
  return requests === 0 ? '–' : percent(errors / requests);
}
