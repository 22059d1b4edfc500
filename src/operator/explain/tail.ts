import type { OwnAnswer } from '../../boundary/own-answer.ts';

/** How far a reader has come: the last answer of each worker. */
export type Position = ReadonlyMap<number, number>;

/** `0.12~1.7`: worker 0 up to its answer 12, worker 1 up to 7. Anything else is no position. */
export function readPosition(text: string): Position {
  const places = text.split('~').map((it) => /^(\d{1,4})\.(\d{1,16})$/.exec(it));
  if (places.includes(null)) return new Map();
  return new Map(places.map((place) => [Number(place?.[1]), Number(place?.[2])]));
}

export function positionText(position: Position): string {
  return [...position].map(([worker, seq]) => `${worker}.${seq}`).join('~');
}

export interface WorkerAnswer extends OwnAnswer {
  readonly worker: number;
}

/** Those of all workers, in the order of their time. */
export function inOrder(replies: ReadonlyMap<number, readonly OwnAnswer[]>): readonly WorkerAnswer[] {
  const all = [...replies].flatMap(([worker, answers]) => answers.map((it) => ({ ...it, worker })));
  return all.sort((a, b) => a.time - b.time || a.worker - b.worker || a.seq - b.seq);
}
