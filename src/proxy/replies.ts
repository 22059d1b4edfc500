import type { Question, Reply } from '../boundary/questions.ts';
import type { RouteDelta } from '../boundary/delta.ts';
import { stepsBefore } from '../routing/decision-steps.ts';
import { defaultOptions } from '../routing/options.ts';
import { RouteTable } from '../routing/table.ts';
import { reportEndpoints } from './counts/endpoint-report.ts';
import type { DataPlane } from './data-plane.ts';
import { explainRequest } from './explain-request.ts';

/** The reply of a worker to an operator's question. */
export function replyTo(plane: DataPlane, worker: number, question: Question): Reply {
  switch (question.kind) {
    case 'explain':
      return explain(plane, question);
    case 'answers':
      return plane.ownAnswers?.since(question.since[worker] ?? 0, question.max) ?? [];
    case 'answer': {
      const answer = plane.ownAnswers?.of(question.requestId);
      return answer && { answer, steps: stepsBefore(answer.reason) };
    }
    case 'endpoints': {
      const { table, clock } = plane;
      const known = question.endpoints.map((it) => table.endpoint(it)).filter((it) => it !== undefined);
      return [...reportEndpoints(known, clock)].flat();
    }
  }
}

/**
 * With a table from the question, podway knows of the pods only what the table contains: no failures, no requests in
 * flight, no next pod.
 */
function explain(
  plane: DataPlane,
  { request, table }: Extract<Question, { readonly kind: 'explain' }>,
): Reply {
  if (table === undefined) return explainRequest(request, plane);
  const { settings, clock, trusted, rates, readings } = plane;
  return explainRequest(request, { settings, clock, trusted, rates, readings, table: tableOf(table, plane) });
}

function tableOf(delta: RouteDelta, { settings, clock }: DataPlane): RouteTable {
  const table = new RouteTable({
    pathMatch: settings.pathMatch,
    defaults: defaultOptions(settings, 0),
    clock,
    onEndpointGone: () => undefined,
  });
  table.apply(delta);
  return table;
}
