import { html } from './html.js';
import { Problems } from './problems.js';
import { Rates } from './rates.js';
import { RouteTable } from './route-table.js';
import { RouterHealth } from './router-health.js';

/** @param {{ state: import('../dashboard/state.ts').DashboardState | undefined, now: number, hasHistory: boolean }} props */
export function Overview({ state, now, hasHistory }) {
  return html`
    <h1>Overview</h1>
    ${
      state === undefined
        ? html`<p>waiting for the router</p>`
        : html`<${RouterHealth} state=${state} now=${now} />
            <${Problems} state=${state} now=${now} />
            <${Rates} state=${state} hasHistory=${hasHistory} />
            <${Busiest} busiest=${state.busiest} />`
    }
  `;
}

/** @param {{ busiest: import('../dashboard/state.ts').DashboardState['busiest'] }} props */
function Busiest({ busiest: { total, rows } }) {
  return html`<section aria-labelledby="busiest">
    <h2 id="busiest">Routes with most requests</h2>
    ${
      rows.length === 0
        ? html`<p>No route has had a request yet.</p>`
        : html`<${RouteTable} caption="Routes with most requests" rows=${rows} total=${total} />`
    }
  </section>`;
}
