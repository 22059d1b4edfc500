import type { ExplainedStep } from '../boundary/explanation.ts';
import type { AnswerReason, Reason } from '../boundary/reasons.ts';
import type { Settled } from './decision.ts';

/**
 * Why a request is not forwarded. A health check is not a request for a pod, and podway does not decide on requests of
 * foreign pages here.
 */
export type Objection = Exclude<AnswerReason, 'healthy' | 'draining' | 'foreign-origin'>;

/** The step that gives each reason, in the order in which `decide` takes the steps. No two steps share a reason. */
const STEP_OF = {
  'method-refused': 'method',
  'not-synced': 'synced',
  'bad-host': 'host-syntax',
  'host-mismatch': 'authority',
  'unknown-host': 'known-host',
  options: 'asterisk',
  'bad-path': 'path-syntax',
  'no-route': 'match',
  'ambiguous-path': 'match',
  'https-redirect': 'https',
  'address-refused': 'addresses',
  'rate-limited': 'address-rate',
  preflight: 'preflight',
  'keys-unknown': 'key',
  'key-refused': 'key',
  'key-rate-limited': 'key-rate',
  'method-not-allowed': 'method-guard',
  'unsafe-rewrite': 'rewrite',
  'body-too-large': 'body-size',
  'route-redirect': 'route-redirect',
  redirect: 'redirect',
  loop: 'hops',
  'bad-expectation': 'expectation',
  'bad-upgrade': 'upgrade',
  'no-ready-pod': 'ready-pods',
  'pods-full': 'capacity',
} as const satisfies Readonly<Record<Objection, string>>;

export type StepName = (typeof STEP_OF)[Objection];

export interface StepVerdict {
  readonly step: StepName;
  /** The reason if this step decided; 'passed': the request went on to the next step, or to a pod. */
  readonly verdict: Objection | 'passed';
}

const STEPS: readonly StepName[] = [...new Set(Object.values(STEP_OF))];

/**
 * The steps of a request, if only its final reason is known. A request that ended for any other reason passed all steps
 * and failed at a pod.
 */
export function stepsBefore(reason: Reason): readonly ExplainedStep[] {
  const step = (STEP_OF as Readonly<Record<string, StepName | undefined>>)[reason];
  const last = step === undefined ? STEPS.length : STEPS.indexOf(step);
  return STEPS.slice(0, last + 1).map((it, at) => ({ step: it, verdict: at === last ? reason : 'passed' }));
}

/** The steps of a decision. All are passed, except the last one if the request is not forwarded. */
export function verdictsOf(decision: Settled): readonly StepVerdict[] {
  if (decision.kind === 'forward') return STEPS.map((step) => ({ step, verdict: 'passed' }));
  const reason = decision.reason as Objection;
  const last = STEPS.indexOf(STEP_OF[reason]);
  return STEPS.slice(0, last + 1).map((step, at) => ({ step, verdict: at === last ? reason : 'passed' }));
}
