import type { ExplainedRequest, ExplainQuestion } from '../../boundary/explanation.ts';
import type { WorkerState } from '../../control/workers-listener.ts';

type Explained = Extract<ExplainedRequest, { readonly kind: 'explained' }>;

/** Merges the explanations of all workers: the decision of the first worker, and the values that each worker has itself. */
export function mergeExplanations(
  request: ExplainQuestion,
  replies: ReadonlyMap<number, Explained>,
  states: readonly WorkerState[],
) {
  const all = [...replies].sort(([a], [b]) => a - b);
  const [first] = all;
  if (first === undefined) return undefined;
  const [, { explanation, sent }] = first;
  const { method, target, host, peer, fields, secure } = request;
  return {
    question: { method, path: target, host, peer, tls: secure, fields: fields.map(([name]) => name) },
    ...explanation,
    endpoints: explanation.endpoints.map((endpoint) => ({
      ...endpoint,
      // Each worker has its own position in the rotation, and ejects the pods that it has seen fail itself.
      workers: all.map(([worker, reply]) => {
        const own = reply.explanation.endpoints.find(
          ({ namespace, pod, port }) =>
            namespace === endpoint.namespace && pod === endpoint.pod && port === endpoint.port,
        );
        const { excluded = 'condition', inFlight = 0, ejectedFor = 0, isNext = false } = own ?? {};
        return { worker, excluded, inFlight, ejectedFor, isNext };
      }),
    })),
    sent,
    workers: all.map(([worker, reply]) => ({
      worker,
      revision: states.find((it) => it.worker === worker)?.applied ?? -1,
      outcome: reply.explanation.outcome.kind,
      reason: 'reason' in reply.explanation.outcome ? reply.explanation.outcome.reason : '',
    })),
  };
}
