import { setTimeout as delay } from 'node:timers/promises';
import { type AdminAnswer, json } from '../../admin/answers.ts';
import type { ExplainedRequest } from '../../boundary/explanation.ts';
import type { Questions } from '../../control/questions.ts';
import type { WorkerState } from '../../control/workers-listener.ts';
import { entriesNear } from '../history/entries-near.ts';
import type { HistorySubject } from '../history/pages.ts';
import { tableAt } from '../history/table-at.ts';
import { type EventStream, type OperatorPage, problem, type Question } from '../operator-answers.ts';
import { type AnswerFilter, readFilter } from './answer-filter.ts';
import { mergeExplanations } from './merge-explanations.ts';
import { readQuestion } from './read-question.ts';
import { inOrder, type Position, positionText, readPosition } from './tail.ts';

/** Milliseconds between two questions of a tail to the workers. */
const POLL_INTERVAL = 1_000;
/** Maximum number of answers that a tail requests of one worker at once. */
const MAX_ANSWERS_PER_POLL = 1_000;

export interface ExplainSubject extends HistorySubject {
  readonly questions: Questions;
  readonly workers: () => readonly WorkerState[];
  /** The key header, in lower case. */
  readonly apiKeyHeader: string;
}

const BUSY = problem(503, 'too many questions at the same time');
const NO_REPLY = problem(503, 'no worker has replied');

/** Pages that explain what podway did, or would do, with a request. */
export function explainPages(subject: ExplainSubject): Readonly<Record<string, OperatorPage>> {
  return {
    '/explain': (question) => {
      const id = question.query.get('id');
      return id === null ? explainPage(subject, question) : answerPage(subject, id);
    },
    '/answers': (question) => answersPage(subject, question),
    '/tail': (question) => tailPage(subject, question),
  };
}

async function explainPage(
  { questions, workers, apiKeyHeader, history }: ExplainSubject,
  question: Question,
): Promise<AdminAnswer> {
  const read = readQuestion(question, apiKeyHeader);
  if ('problem' in read) return problem(400, read.problem);
  const { request } = read;
  const at = question.query.get('at');
  const past = at === null ? undefined : tableAt(history, at, request.host);
  if (past !== undefined && 'status' in past) return past;
  // With an earlier table, all workers would give the same explanation, so one worker is asked.
  const gathered =
    past === undefined
      ? await questions.ask<'explain'>({ kind: 'explain', request })
      : await questions.ask<'explain'>({ kind: 'explain', request, table: past.table }, 1);
  if (gathered === undefined) return BUSY;
  const { replies, missing } = gathered;
  const then = past && { at: { revision: past.table.revision, time: past.time } };
  const unreadable = [...replies.values()].find((it) => it.kind === 'unreadable');
  if (unreadable?.kind === 'unreadable')
    return json(200, { ...then, outcome: { ...unreadable, kind: 'unreadable' }, steps: [], missing });
  const states = workers().map((it) => ({ ...it, applied: past?.table.revision ?? it.applied }));
  const merged = mergeExplanations(request, explainedOf(replies), states);
  return merged === undefined ? NO_REPLY : json(200, { ...then, ...merged, missing });
}

function explainedOf(replies: ReadonlyMap<number, ExplainedRequest>) {
  const explained = new Map<number, Extract<ExplainedRequest, { readonly kind: 'explained' }>>();
  for (const [worker, reply] of replies) if (reply.kind === 'explained') explained.set(worker, reply);
  return explained;
}

async function answerPage({ questions, history }: ExplainSubject, requestId: string): Promise<AdminAnswer> {
  const gathered = await questions.ask<'answer'>({ kind: 'answer', requestId });
  if (gathered === undefined) return BUSY;
  const found = [...gathered.replies].find(([, reply]) => reply !== undefined);
  if (found?.[1] === undefined)
    return problem(
      404,
      'the router remembers no answer of its own with this id (OWN_ANSWERS); responses of pods are not recorded',
    );
  const [worker, { answer, steps }] = found;
  return json(200, { answer: { ...answer, worker }, steps, history: entriesNear(history, answer) });
}

async function answersPage({ questions }: ExplainSubject, { query }: Question): Promise<AdminAnswer> {
  const filter = readFilter(query);
  if ('problem' in filter) return problem(400, filter.problem);
  const gathered = await questions.ask<'answers'>({
    kind: 'answers',
    since: {},
    max: Number.MAX_SAFE_INTEGER,
  });
  if (gathered === undefined) return BUSY;
  const answers = inOrder(gathered.replies).filter(filter.matches).reverse().slice(0, filter.limit);
  return json(200, { answers, missing: gathered.missing });
}

function tailPage({ questions }: ExplainSubject, { query, headers }: Question): EventStream | AdminAnswer {
  const filter = readFilter(query);
  if ('problem' in filter) return problem(400, filter.problem);
  const [last] = headers['last-event-id'] ?? [];
  const from = last ?? query.get('from');
  return {
    kind: 'stream',
    run: async (send, signal) => {
      // Without a position to continue from, the tail begins with the next answer.
      let position = from === null ? await newest(questions) : readPosition(from);
      // A reader that loses its connection before the first answer continues from this position.
      send({ event: 'begin', id: positionText(position), data: {} });
      while (!signal.aborted) {
        position = await sendNew(questions, { position, filter }, send);
        await delay(POLL_INTERVAL, undefined, { signal, ref: false }).catch(() => undefined);
      }
    },
  };
}

async function newest(questions: Questions): Promise<Position> {
  const gathered = await questions.ask<'answers'>({
    kind: 'answers',
    since: {},
    max: Number.MAX_SAFE_INTEGER,
  });
  return new Map([...(gathered?.replies ?? [])].map(([worker, all]) => [worker, all.at(-1)?.seq ?? 0]));
}

/** Sends the answers after `position` to a reader; returns the new position. */
async function sendNew(
  questions: Questions,
  { position, filter }: { readonly position: Position; readonly filter: AnswerFilter },
  send: Parameters<EventStream['run']>[0],
): Promise<Position> {
  const since = Object.fromEntries(position);
  const gathered = await questions.ask<'answers'>({ kind: 'answers', since, max: MAX_ANSWERS_PER_POLL });
  const reached = new Map(position);
  for (const answer of inOrder(gathered?.replies ?? new Map())) {
    const before = reached.get(answer.worker) ?? 0;
    if (answer.seq <= before) continue;
    reached.set(answer.worker, answer.seq);
    if (filter.matches(answer)) send({ event: 'answer', id: positionText(reached), data: answer });
  }
  return reached;
}
