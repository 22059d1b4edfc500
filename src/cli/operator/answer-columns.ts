import type { Column } from './columns.ts';
import { numberField, textField, timeOf } from './shown.ts';

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
    ['ROUTE', ({ answer }) => textField(answer, 'route'), 24],
    ['POD', ({ answer }) => podOf(answer), 28],
    ['TRIES', ({ answer }) => numberField(answer, 'attempts'), 5],
    ['MS', ({ answer }) => Math.round(numberField(answer, 'duration') * 1_000), 5],
    ['REVISION', ({ answer }) => textField(answer, 'revision'), 8],
    ['WORKER', ({ answer }) => textField(answer, 'worker'), 6],
  ];
  return [
    ['TIME', ({ answer }) => timeOf(answer, 'time'), 24],
    ['STATUS', ({ answer }) => numberField(answer, 'status') || 'closed', 6],
    ['REASON', ({ answer }) => textField(answer, 'reason'), 16],
    ['METHOD', ({ answer }) => textField(answer, 'method'), 6],
    ['URL', ({ answer }) => `${textField(answer, 'host')}${textField(answer, 'path')}`, 40],
    ['CLIENT', ({ answer }) => textField(answer, 'clientAddress'), 15],
    ['ID', ({ answer }) => textField(answer, 'requestId'), 24],
    ...(wide ? more : []),
    ...(many ? [['ROUTER', ({ router }) => router, 0] satisfies Column<GivenAnswer>] : []),
  ];
}

function podOf(answer: unknown): string {
  const pod = textField(answer, 'pod');
  return pod && `${textField(answer, 'namespace')}/${pod}`;
}
