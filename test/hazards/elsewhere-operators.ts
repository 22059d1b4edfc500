import type { Elsewhere } from './elsewhere.ts';

/** What operators ask. */
export const OPERATORS: Readonly<Record<string, Elsewhere>> = {
  'EX-01': {
    cases: [
      { file: 'operator/explain/read-question.test.ts', title: 'refused: … (EX-01)' },
      {
        file: 'process/explain.test.ts',
        title: 'a key opens as in a request, and is nowhere in the answer (EX-01)',
      },
    ],
    shows: 'another listener',
  },
  'EX-03': {
    cases: [
      { file: 'operator/page/overview.test.ts', title: 'texts of others stay texts (EX-03)' },
      {
        file: 'operator/page/overview.test.ts',
        title: 'a text cannot hide or turn round what stands beside it (EX-03)',
      },
      { file: 'operator/page/views.test.ts', title: 'texts of others stay texts in every view (EX-03)' },
      {
        file: 'process/dashboard.test.ts',
        title: 'what pods say is JSON of one line, and ends no event of the dashboard (EX-03)',
      },
    ],
    shows: 'a page in a browser',
  },
  'EX-04': {
    cases: [{ file: 'operator/foreign-pages.test.ts', title: 'refused: … (EX-04)' }],
    shows: 'another listener',
  },
  'EX-05': {
    cases: [
      { file: 'operator/streams.test.ts', title: 'the 17th stream is refused until one has ended (EX-05)' },
      {
        file: 'operator/slow-readers.test.ts',
        title: 'a reader that takes nothing is ended, and no event waits for it (EX-05)',
      },
    ],
    shows: 'streams of another listener',
  },
  'EX-06': {
    cases: [
      { file: 'history/entries.test.ts', title: 'the oldest go first, by their number (EX-06)' },
      {
        file: 'history/entries.test.ts',
        title: 'and by the memory that they take, however large one is (EX-06)',
      },
      {
        file: 'process/history.test.ts',
        title: 'what changed and why, and the answer by an earlier table (EX-06)',
      },
    ],
    shows: 'another listener',
  },
  'EX-07': {
    cases: [
      {
        file: 'operator/dashboard/view.test.ts',
        title: 'ten thousand problems of long names are a few rows (EX-07)',
      },
      {
        file: 'operator/dashboard/paced.test.ts',
        title:
          'a table that is another one at every look takes at most one part of two hundred of the time (EX-07)',
      },
      {
        file: 'operator/dashboard/feed.test.ts',
        title: 'readers who come and go make workers report no more often (EX-07)',
      },
    ],
    shows: 'what the main thread says',
  },
  'EX-08': {
    cases: [
      { file: 'operator/dashboard/pages.test.ts', title: 'a search that is refused: … (EX-08)' },
      { file: 'operator/dashboard/pages.test.ts', title: 'a page of no route: … (EX-08)' },
      {
        file: 'operator/dashboard/pages.test.ts',
        title: 'a route that goes while workers are asked is none (EX-08)',
      },
    ],
    shows: 'another listener',
  },
  'EX-12': {
    cases: [
      {
        file: 'plugin/through-the-api.test.ts',
        title: 'a pod of another namespace is no router because its labels say so (EX-12)',
      },
    ],
    shows: 'commands of an operator',
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
    shows: 'commands of an operator',
  },
  'EX-14': {
    cases: [
      { file: 'plugin/other-listeners.test.ts', title: '… is reported in a line, exit code 2 (EX-14)' },
      {
        file: 'plugin/other-listeners.test.ts',
        title: 'a newer router: what is new in its documents is left out (EX-14)',
      },
    ],
    shows: 'commands of an operator',
  },
  'EX-15': {
    cases: [
      {
        file: 'telemetry/audit-log.test.ts',
        title: 'hostile text stays text, on one line of printable ASCII, and of a bounded length (EX-15)',
      },
      {
        file: 'telemetry/audit-log.test.ts',
        title:
          'questions above the rate are counted, the next line says how many, and terminals are written all the same (EX-15)',
      },
    ],
    shows: 'what the main thread says',
  },
  'EX-16': {
    cases: [
      {
        file: 'process/audit-log.test.ts',
        title:
          'every question to the operator listener and for /routes is a line, and none holds a key, a cookie or a query (EX-16)',
      },
    ],
    shows: 'another listener',
  },
};
