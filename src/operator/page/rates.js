import { Chart } from './chart.js';
import { count, duration, percent, rate, timeOfDay } from './format.js';
import { html } from './html.js';
import { Table } from './parts.js';
import { Component } from './vendor/preact.js';

/**
 * @typedef {import('../dashboard/state.ts').DashboardState} State
 * @typedef {import('../dashboard/state.ts').Point} Point
 */

/** Number of points between two rows of the table: those of a minute. */
const POINTS_PER_ROW = 12;

/** The charts; for the columns see `Point`. @type {{ title: string, lines: import('./chart.js').Line[] }[]} */
const CHARTS = [
  { title: 'Requests a second', lines: [{ name: 'requests', column: 1, format: rate }] },
  {
    title: 'Errors, of all answers',
    lines: [
      { name: '5xx', column: 3, format: percent },
      { name: '4xx', column: 2, format: percent },
    ],
  },
  {
    title: 'Duration',
    lines: [
      { name: 'p50', column: 4, format: duration },
      { name: 'p95', column: 5, format: duration },
      { name: 'p99', column: 6, format: duration },
    ],
  },
  {
    title: 'In flight',
    lines: [
      { name: 'requests', column: 7, format: (value) => count(value ?? 0) },
      { name: 'tunnels', column: 8, format: (value) => count(value ?? 0) },
    ],
  },
];

/** @param {{ state: State, hasHistory: boolean }} props */
export function Rates({ state: { now, points }, hasHistory }) {
  const figures = [
    ['requests/s', rate(now.requests)],
    ['5xx', percent(now.serverErrors)],
    ['4xx', percent(now.clientErrors)],
    ['p50', duration(now.p50)],
    ['p95', duration(now.p95)],
    ['p99', duration(now.p99)],
    ['in flight', count(now.inFlight)],
    ['tunnels', count(now.tunnels)],
    ['connections', count(now.connections)],
  ];
  return html`<section aria-labelledby="rates">
    <h2 id="rates">The last quarter of an hour</h2>
    <dl class="figures">
      ${figures.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>
    <p class="explanation"><span class="mark" aria-hidden="true">▼</span> the table of routes changed${hasHistory && html`: <a href="#/history">how</a>`}</p>
    <div class="charts">
      ${CHARTS.map((it) => html`<${Chart} key=${it.title} ...${it} points=${points} revision=${9} />`)}
    </div>
    <${InNumbers} points=${points} />
  </section>`;
}

/** The data of the charts as a table, for users who cannot see the charts. @extends {Component<{ points: readonly Point[] }, { open: boolean }>} */
class InNumbers extends Component {
  /** @override */
  state = { open: false };

  /** @override @param {{ points: readonly Point[] }} props @param {{ open: boolean }} state */
  render({ points }, { open }) {
    const toggled = (/** @type {Event} */ { currentTarget }) =>
      this.setState({ open: /** @type {HTMLDetailsElement} */ (currentTarget).open });
    return html`<details onToggle=${toggled}>
      <summary>In numbers, one row a minute</summary>
      ${open && html`<${Table} caption="The last quarter of an hour, one row a minute" rows=${minutes(points)} columns=${COLUMNS} keyOf=${keyOfPoint} />`}
    </details>`;
  }
}

/** Every twelfth point, the newest first. @param {readonly Point[]} points */
function minutes(points) {
  return points.filter((_, at) => (points.length - 1 - at) % POINTS_PER_ROW === 0).reverse();
}

/** @type {import('./parts.js').Column<Point>[]} */
const COLUMNS = [
  { name: 'Time', cell: (point) => timeOfDay(point[0] * 1000) },
  { name: 'Requests a second', number: true, cell: (point) => rate(point[1]) },
  { name: '4xx', number: true, cell: (point) => percent(point[2]) },
  { name: '5xx', number: true, cell: (point) => percent(point[3]) },
  { name: 'p50', number: true, cell: (point) => duration(point[4]) },
  { name: 'p95', number: true, cell: (point) => duration(point[5]) },
  { name: 'p99', number: true, cell: (point) => duration(point[6]) },
  { name: 'In flight', number: true, cell: (point) => count(point[7]) },
  { name: 'Tunnels', number: true, cell: (point) => count(point[8]) },
  { name: 'Revision', number: true, cell: (point) => count(point[9]) },
];

/** @param {Point} point */
const keyOfPoint = (point) => String(point[0]);
