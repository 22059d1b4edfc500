import { PolledDocument } from './polled-document.js';
import { AnswerFacts, Steps } from './explained.js';
import { HistoryTable } from './history.js';
import { html } from './html.js';
import { hashOf } from './place.js';

/**
 * @typedef {import('../../boundary/own-answer.ts').ExplainedAnswer
 *   & { history?: import('../../boundary/history.ts').HistoryEntry[] }} AnswerDocument `history`: changes of its host around that time
 */

/** Why one request got its answer. @param {{ id: string, refused: () => void }} props */
export function AnswerPage({ id, refused }) {
  return html`
    <h1>One answer</h1>
    <${PolledDocument} page="explain" query=${{ id }} refused=${refused}>
      ${(
        /** @type {AnswerDocument} */ { answer, steps, history = [] },
      ) => html`<section aria-label="One answer">
        <${AnswerFacts} answer=${answer} />
        <h2>How far its request came</h2>
        <${Steps} steps=${steps} />
        ${answer.host !== '' && html`<p><a href=${hashOf('explain', { host: answer.host, path: answer.path, method: answer.method })}>Explain a request like this now</a></p>`}
        ${history.length > 0 && html`<h2>Changes around that time</h2><${HistoryTable} entries=${history} host=${answer.host} />`}
      </section>`}
    <//>
  `;
}
