import type { CoveredElsewhere } from './covered-elsewhere.ts';

/** Requests of operators. */
export const OPERATORS: Readonly<Record<string, CoveredElsewhere>> = {
  'EX-01': {
    cases: [
      { file: 'operator/explain/read-question.test.ts', title: 'refused: … (EX-01)' },
      {
        file: 'process/explain.test.ts',
        title: 'a key is checked as in a request, and the response does not contain it (EX-01)',
      },
    ],
    reason: 'another listener',
  },
  'EX-03': {
    cases: [
      { file: 'operator/page/overview.test.ts', title: 'texts of other users are shown as text (EX-03)' },
      {
        file: 'operator/page/overview.test.ts',
        title: 'a text cannot hide or reverse the text next to it (EX-03)',
      },
      {
        file: 'operator/page/hostile-texts.test.ts',
        title: 'texts of other users are shown as text in every view (EX-03)',
      },
      {
        file: 'process/dashboard.test.ts',
        title: 'text of pods is JSON in one line, and cannot end an event of the dashboard (EX-03)',
      },
    ],
    reason: 'a page in a browser',
  },
  'EX-04': {
    cases: [{ file: 'operator/foreign-pages.test.ts', title: 'refused: … (EX-04)' }],
    reason: 'another listener',
  },
  'EX-05': {
    cases: [
      { file: 'operator/streams.test.ts', title: 'the 17th stream is refused until one has ended (EX-05)' },
      {
        file: 'operator/slow-readers.test.ts',
        title: 'a client that does not read is disconnected, and no event waits for it (EX-05)',
      },
    ],
    reason: 'streams of another listener',
  },
  'EX-06': {
    cases: [
      {
        file: 'history/entries.test.ts',
        title: 'the oldest entries are dropped when there are too many (EX-06)',
      },
      {
        file: 'history/entries.test.ts',
        title:
          'the oldest entries are dropped when they need too much memory, even for one large entry (EX-06)',
      },
      {
        file: 'process/history.test.ts',
        title:
          'the history shows changes and their causes, and explains a response by an earlier table (EX-06)',
      },
    ],
    reason: 'another listener',
  },
  'EX-07': {
    cases: [
      {
        file: 'operator/dashboard/view.test.ts',
        title: 'ten thousand problems with long names are shown in a few rows (EX-07)',
      },
      {
        file: 'operator/dashboard/throttled-value.test.ts',
        title: 'a table that differs at every reading takes at most one two-hundredth of the time (EX-07)',
      },
      {
        file: 'operator/dashboard/feed.test.ts',
        title: 'workers do not report more often when viewers connect and disconnect (EX-07)',
      },
    ],
    reason: 'the output of the main thread',
  },
  'EX-08': {
    cases: [
      { file: 'operator/dashboard/pages.test.ts', title: 'a search is refused: … (EX-08)' },
      {
        file: 'operator/dashboard/pages.test.ts',
        title: 'the page of a route that does not exist: … (EX-08)',
      },
      {
        file: 'operator/dashboard/pages.test.ts',
        title: 'a route that is removed while workers are asked is not found (EX-08)',
      },
    ],
    reason: 'another listener',
  },
  'EX-12': {
    cases: [
      {
        file: 'plugin/through-the-api.test.ts',
        title: 'a pod of another namespace is not used as a router, even with the same labels (EX-12)',
      },
    ],
    reason: 'commands of an operator',
  },
  'EX-13': {
    cases: [
      {
        file: 'plugin/hostile-texts.test.ts',
        title: '…: a terminal gets printable characters only, for any text of a cluster (EX-13)',
      },
      {
        file: 'plugin/hostile-texts.test.ts',
        title: 'tail: a terminal gets printable characters only (EX-13)',
      },
    ],
    reason: 'commands of an operator',
  },
  'EX-14': {
    cases: [
      { file: 'plugin/other-listeners.test.ts', title: '… is reported in a line, exit code 2 (EX-14)' },
      {
        file: 'plugin/other-listeners.test.ts',
        title: 'a newer router: unknown fields of its documents are left out (EX-14)',
      },
    ],
    reason: 'commands of an operator',
  },
  'EX-15': {
    cases: [
      {
        file: 'telemetry/audit-log.test.ts',
        title: 'hostile text stays text, on one line of printable ASCII with a bounded length (EX-15)',
      },
      {
        file: 'telemetry/audit-log.test.ts',
        title:
          'requests above the rate are counted, the next line has their number, and terminals are always written (EX-15)',
      },
    ],
    reason: 'the output of the main thread',
  },
  'EX-16': {
    cases: [
      {
        file: 'process/audit-log.test.ts',
        title:
          'every request to the operator listener and for /routes is a line, and no line contains a key, a cookie or a query (EX-16)',
      },
    ],
    reason: 'another listener',
  },
};
