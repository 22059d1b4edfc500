import type { ExplainedStep } from '../boundary/explanation.ts';
import type { AnswerReason, Reason } from '../boundary/reasons.ts';
import type { Settled } from './decision.ts';

/** Why a request is not forwarded; a health check is no request for a pod, and a foreign page's is not looked at. */
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
  /** Why this step decided the request; 'passed': it went on to the next one, or to a pod. */
  readonly verdict: Objection | 'passed';
}

const STEPS: readonly StepName[] = [...new Set(Object.values(STEP_OF))];

/** The steps of a request of which only the reason of its end is known: past all of them it failed at a pod. */
export function stepsBefore(reason: Reason): readonly ExplainedStep[] {
  const step = (STEP_OF as Readonly<Record<string, StepName | undefined>>)[reason];
  const last = step === undefined ? STEPS.length : STEPS.indexOf(step);
  return STEPS.slice(0, last + 1).map((it, at) => ({ step: it, verdict: at === last ? reason : 'passed' }));
}

/** The steps that a decision took: all passed but, unless the request is forwarded, the last one. */
export function verdictsOf(decision: Settled): readonly StepVerdict[] {
  if (decision.kind === 'forward') return STEPS.map((step) => ({ step, verdict: 'passed' }));
  const reason = decision.reason as Objection;
  const last = STEPS.indexOf(STEP_OF[reason]);
  return STEPS.slice(0, last + 1).map((step, at) => ({ step, verdict: at === last ? reason : 'passed' }));
}
