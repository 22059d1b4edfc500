import type { Question, Reply } from '../boundary/questions.ts';
import { stepsBefore } from '../routing/decision-steps.ts';
import { reportEndpoints } from './counts/endpoint-report.ts';
import type { DataPlane } from './data-plane.ts';
import { explainRequest } from './explain-request.ts';

/** What a worker says to an operator's question. */
export function replyTo(plane: DataPlane, worker: number, question: Question): Reply {
  switch (question.kind) {
    case 'explain':
      return explainRequest(question.request, plane);
    case 'answers':
      return plane.ownAnswers?.since(question.since[worker] ?? 0, question.most) ?? [];
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
