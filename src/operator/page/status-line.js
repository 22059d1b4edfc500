import { counted, printable, timeOfDay } from './format.js';
import { html } from './html.js';
import { Tag } from './parts.js';
import { problemCount } from './problems.js';

/**
 * Shows whether the data is up to date, and the state of the router in a few words. Screen readers read it when it changes, so it
 * contains no figures that change all the time.
 *
 * @param {{ status: import('./live-stream.js').StreamStatus, time: number, retry: () => void,
 *   state: import('../dashboard/state.ts').DashboardState | undefined }} props `time`: of the state; 0: there is no state
 */
export function StatusLine({ status, time, state, retry }) {
  const old = state === undefined ? '' : `The data shown is from ${timeOfDay(time)}.`;
  return html`<div class="status">
    <p role="status">${textOf(status, { state, old })}</p>
    ${status.kind === 'waiting' && html`<button type="button" onClick=${retry}>Try now</button>`}
  </div>`;
}

/**
 * @param {import('./live-stream.js').StreamStatus} status
 * @param {{ state: import('../dashboard/state.ts').DashboardState | undefined, old: string }} shown
 */
function textOf(status, { state, old }) {
  switch (status.kind) {
    case 'connecting':
      return html`<${Tag} kind="plain">connecting<//> ${old}`;
    case 'stopped':
      return html`<${Tag} kind="plain">paused<//> ${old}`;
    case 'waiting':
      return html`<${Tag} kind="bad">not up to date<//> ${printable(status.why)}. ${old}`;
    case 'refused':
      return html`<${Tag} kind="bad">not admitted<//> ${old}`;
    case 'open':
      return state === undefined ? html`<${Tag} kind="plain">connected<//>` : newsOf(state);
  }
}

/** @param {import('../dashboard/state.ts').DashboardState} state */
function newsOf(state) {
  const problems = problemCount(state);
  return html`<${Tag} kind=${state.router.ready ? 'good' : 'bad'}>${state.router.ready ? 'ready' : 'not ready'}<//>
    ${problems === 0 ? 'No problems.' : html`<a href="#/">${counted(problems, 'problem')}</a>`}`;
}
