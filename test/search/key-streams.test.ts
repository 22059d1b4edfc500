/**
 * AU-18: Pods and Secrets arrive on two streams that fail independently; podway serves no client without a required key.
 *
 * KEY_STREAMS=100000 makes a long run. fast-check chooses the seed and prints it with a failure.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Kind, KeyStreams, type Step } from './key-streams.ts';
import { reducedCount } from '../fixtures/wide.ts';

const RUNS = Number(process.env['KEY_STREAMS'] ?? reducedCount(2_000));

const CLUSTER: readonly Kind[] = [
  'pod',
  'pod',
  'pod',
  'pod-gone',
  'pod-gone',
  'secret',
  'secret',
  'secret-gone',
];
const STREAMS: readonly Kind[] = ['deliver', 'break', 'resume', 'relist', 'list', 'snapshot', 'listed'];
const QUESTIONS: readonly Kind[] = ['lookup', 'lookup', 'serve', 'answer', 'fail', 'time', 'time'];
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...CLUSTER, ...STREAMS, ...QUESTIONS, 'delete-namespace'),
  of: fc.constantFrom('pods', 'secrets'),
  pick: fc.constantFrom(0, 0, 0, 1, 2, 3),
  delivered: fc.constantFrom([], ['pods'], ['pods'], ['secrets'], ['secrets', 'pods']),
});
const steps = (maxLength: number) => fc.array(step, { maxLength, size: 'max' });

const one = (kind: Kind, of: Step['of'] = 'pods', pick = 0): Step => ({ kind, of, pick, delivered: [] });
const delivered = (kind: Kind, pick = 0): Step => ({ kind, of: 'pods', pick, delivered: ['pods'] });
/** podway has listed all objects. Most searches begin in this state. */
const SYNCED = [one('relist', 'pods'), one('relist', 'secrets')];
/** Known difficult sequences. Random steps are inserted, and some of the steps are left out. */
const DIFFICULT_SEQUENCES: readonly (readonly Step[])[] = [
  [],
  // The answer is about an earlier namespace with the same name.
  [delivered('pod'), one('serve'), delivered('pod-gone'), one('secret'), delivered('pod'), one('answer')],
  // The API server read the list of Secrets before the Secret was created.
  [
    one('list', 'secrets'),
    one('snapshot', 'secrets'),
    one('secret'),
    delivered('pod'),
    one('listed', 'secrets'),
  ],
  // One list contains all pods of another namespace with the same name.
  [
    delivered('pod', 0),
    delivered('pod', 1),
    one('lookup'),
    one('break', 'pods'),
    one('pod-gone', 'pods', 0),
    one('pod-gone', 'pods', 1),
    one('secret'),
    one('pod', 'pods', 0),
    one('pod', 'pods', 1),
    one('relist'),
  ],
  // The namespace is deleted and created again; podway finds its Secret between the start and the end of a list.
  [
    delivered('pod'),
    one('lookup'),
    delivered('delete-namespace'),
    one('list', 'secrets'),
    one('snapshot', 'secrets'),
    one('secret'),
    delivered('pod'),
    one('lookup'),
    one('listed', 'secrets'),
    one('time', 'pods', 3),
    one('break', 'secrets'),
    one('time', 'pods', 3),
    one('lookup'),
  ],
  // A Secret is replaced while no stream reports it.
  [
    one('secret'),
    delivered('pod'),
    one('lookup'),
    one('deliver', 'secrets', 1),
    one('secret-gone'),
    one('deliver', 'secrets', 1),
    one('break', 'secrets'),
    one('secret'),
    one('time', 'pods', 3),
    one('time', 'pods', 3),
    one('lookup'),
  ],
];
const OMITTED = 10;
/** Random steps around one of the stories. */
const sequence = fc
  .tuple(
    fc.constantFrom(...DIFFICULT_SEQUENCES),
    fc.array(fc.tuple(fc.nat(OMITTED), steps(2)), { minLength: 12, maxLength: 12 }),
  )
  .map(([sequence, chances]) =>
    sequence.flatMap((it, at) => {
      const [omitted = 1, between = []] = chances[at] ?? [];
      return [...between, ...(omitted === 0 ? [] : [it])];
    }),
  );

test(`${RUNS} clusters whose two streams are delayed, break and list again (AU-18)`, () => {
  let served = 0;
  let waited = 0;
  const beginning = fc.constantFrom(SYNCED, SYNCED, SYNCED, []);
  fc.assert(
    fc.property(steps(6), beginning, sequence, steps(20), (before, synced, sequence, after) => {
      const streams = new KeyStreams();
      for (const it of [...before, ...synced, ...sequence, ...after]) streams.run(it);
      served += streams.served;
      waited += streams.waited;
      streams.settle();
    }),
    { numRuns: RUNS },
  );
  const enough = served > RUNS && waited > RUNS;
  assert.ok(enough, `${served} served, ${waited} waited: the search is out of date`);
});
