/** Common first steps, later steps and checks of rows about an API server. */
import { get } from '../fixtures/check.ts';
import { statusObject } from '../fixtures/kubernetes-api/status.ts';
import { KEY, pod } from './cluster-objects.ts';
import {
  apply,
  inOrder,
  endWatch,
  live,
  advanceClock,
  startsWithRoutes,
  type Step,
  untilWatching,
} from './cluster-scenario.ts';

export const GET = get('/');
export const KEYED = get('/', KEY);

export const LIST = { resource: 'pods', verb: 'list' } as const;
export const WATCH = { resource: 'pods', verb: 'watch' } as const;
/** The requests for pods until they are watched, when streamed lists are refused. */
export const BEGIN = ['stream', 'list', 'watch'] as const;

/** Pod `a` is routed, with the other objects, and both resources are watched. */
export const startedWith = (...others: readonly string[]): Step =>
  inOrder(
    apply(pod('a')),
    startsWithRoutes('t.local/ a', ...others),
    untilWatching('pods'),
    untilWatching('secrets'),
  );
export const STARTED = startedWith();

/** Pod `b` is added after the fault, which shows that the source continues; `a` stays. */
export const B = pod('b', { paths: '/b' });
export const B_LIVE: Step = live('t.local/ a', 't.local/b b');
export const B_COMES: Step = inOrder(apply(B), B_LIVE);
/** All tables, in order. */
export const BOTH: readonly (readonly string[])[] = [['t.local/ a'], ['t.local/ a', 't.local/b b']];

export const errorEvent = (code: number): string =>
  `${JSON.stringify({ type: 'ERROR', object: statusObject(code, 'no') })}\n`;

export const problems = (reason: string): string => `podway_source_problems_total{reason="${reason}"}`;
export const upOf = (resource: string): string => `podway_source_up{resource="${resource}"}`;

/** Waits until podway has an answer to its nth watch of pods. */
export const isWatching =
  (nth = 1): Step =>
  (harness) =>
    harness.until(
      () => harness.router.states().pods.watches === nth,
      () => JSON.stringify(harness.router.states()),
    );
/** A watch that lasted long enough ends normally. */
export const ENDS: Step = inOrder(isWatching(), advanceClock(1000), endWatch('pods'));
