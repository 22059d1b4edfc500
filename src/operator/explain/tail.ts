import type { OwnAnswer } from '../../boundary/own-answer.ts';

/** The position of a reader: the number of the last answer that it got from each worker. */
export type Position = ReadonlyMap<number, number>;

/** Reads `0.12~1.7`: up to answer 12 of worker 0 and answer 7 of worker 1. Any other text gives an empty position. */
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

/** The answers of all workers, in the order of their time. */
export function inOrder(replies: ReadonlyMap<number, readonly OwnAnswer[]>): readonly WorkerAnswer[] {
  const all = [...replies].flatMap(([worker, answers]) => answers.map((it) => ({ ...it, worker })));
  return all.sort((a, b) => a.time - b.time || a.worker - b.worker || a.seq - b.seq);
}
