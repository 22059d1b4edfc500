import type { Column } from './columns.ts';
import { figure, shown, timeOf } from './shown.ts';

/** An answer that a router gave itself, and the name of that router. */
export interface GivenAnswer {
  readonly answer: unknown;
  readonly router: string;
}

interface AnswerView {
  readonly wide: boolean;
  /** The answers are of several routers. */
  readonly many: boolean;
}

/** The columns of `podway answers` and `podway tail`. The widths are for `podway tail`, which does not know later rows. */
export function answerColumns({ wide, many }: AnswerView): Column<GivenAnswer>[] {
  const more: Column<GivenAnswer>[] = [
    ['ROUTE', ({ answer }) => shown(answer, 'route'), 24],
    ['POD', ({ answer }) => podOf(answer), 28],
    ['TRIES', ({ answer }) => figure(answer, 'attempts'), 5],
    ['MS', ({ answer }) => Math.round(figure(answer, 'duration') * 1_000), 5],
    ['REVISION', ({ answer }) => shown(answer, 'revision'), 8],
    ['WORKER', ({ answer }) => shown(answer, 'worker'), 6],
  ];
  return [
    ['TIME', ({ answer }) => timeOf(answer, 'time'), 24],
    ['STATUS', ({ answer }) => figure(answer, 'status') || 'closed', 6],
    ['REASON', ({ answer }) => shown(answer, 'reason'), 16],
    ['METHOD', ({ answer }) => shown(answer, 'method'), 6],
    ['URL', ({ answer }) => `${shown(answer, 'host')}${shown(answer, 'path')}`, 40],
    ['CLIENT', ({ answer }) => shown(answer, 'clientAddress'), 15],
    ['ID', ({ answer }) => shown(answer, 'requestId'), 24],
    ...(wide ? more : []),
    ...(many ? [['ROUTER', ({ router }) => router, 0] satisfies Column<GivenAnswer>] : []),
  ];
}

function podOf(answer: unknown): string {
  const pod = shown(answer, 'pod');
  return pod && `${shown(answer, 'namespace')}/${pod}`;
}
