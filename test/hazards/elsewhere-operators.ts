import type { Elsewhere } from './elsewhere.ts';

/** What operators ask. */
export const OPERATORS: Readonly<Record<string, Elsewhere>> = {
  'EX-01': {
    cases: [
      { file: 'operator/explain/read-question.test.ts', title: 'refused: … (EX-01)' },
      {
        file: 'process/explain.test.ts',
        title: 'explain: a key opens as in a request, and is nowhere in the answer (EX-01)',
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
};
