import type { Scenario } from '../harness/scenario.ts';
import { wrk } from '../load/wrk.ts';
import { ANSWERS, type AnswerName } from '../origin/paths.ts';
import { keepAlive64 } from './keep-alive.ts';

function largeAnswer(name: AnswerName, connections: number, byDefault: Scenario['byDefault']): Scenario {
  return {
    ...keepAlive64,
    name: `answer-${name}`,
    title: `GET with an answer of ${name.replace('k', ' KB').replace('m', ' MB')}, ${connections} connections`,
    byDefault,
    columns: ['cpu', 'megabytes', 'busy', 'p50', 'p99', 'resident'],
    bytes: ANSWERS[name],
    measure: (run) => wrk({ ...run, target: { ...run.target, path: `/${name}` } }, { connections }),
  };
}

export const answer100k = largeAnswer('100k', 64, 'leaders');
export const answer10m = largeAnswer('10m', 8, 'no');
