import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Balance } from '../../src/routing/balance/balance.ts';
import { BALANCES } from '../../src/routing/balance/balances.ts';
import { eligible, recordFailure, isMostlyEjected } from '../../src/routing/ejection.ts';
import { EndpointRegistry } from '../../src/routing/endpoint-registry.ts';
import type { Endpoint } from '../../src/routing/endpoint.ts';
import { Grant } from '../../src/routing/grant.ts';
import { defaultOptions, Options } from '../../src/routing/options.ts';
import { peek, pick } from '../../src/routing/pick.ts';
import { Rotation } from '../../src/routing/rotation.ts';
import type { CandidateOptions } from '../../src/wiring/options/candidate-options.ts';
import { workerSettings } from '../fixtures/settings.ts';

const DEFAULTS = defaultOptions(workerSettings());
const ROUTE_OPTIONS = new Options().route(DEFAULTS.route);
/** Every ejected pod is ejected from 0 until this time. */
const UNTIL = DEFAULTS.endpoint.ejectionTime;

type State = 'well' | 'ejected' | 'gone';

interface ScenePod {
  readonly state: State;
  readonly words: CandidateOptions | undefined;
  readonly zone: string;
}

interface Scene {
  readonly pods: readonly ScenePod[];
  /** The pods that were tried, by their index. */
  readonly tried: readonly number[];
  readonly now: number;
  /** The number of picks before. */
  readonly turns: number;
}

const WORDS: readonly (CandidateOptions | undefined)[] = [
  undefined,
  undefined,
  { weight: 10 },
  { weight: 1_000, slowStart: 60_000 },
  { slowStart: 30_000 },
  { share: 5 },
  { share: 60, group: 'a' },
  { share: 60, weight: 7 },
];

const SCENES: fc.Arbitrary<Scene> = fc
  .record({
    pods: fc.array(
      fc.record({
        state: fc.constantFrom<State>('well', 'well', 'ejected', 'gone'),
        words: fc.constantFrom(...WORDS),
        zone: fc.constantFrom('', 'here', 'there'),
      }),
      { maxLength: 6 },
    ),
    tried: fc.uniqueArray(fc.nat(5), { maxLength: 4 }),
    now: fc.constantFrom(1, UNTIL - 1, UNTIL),
    turns: fc.nat(7),
  })
  .map(({ pods, tried, ...more }) => ({ pods, tried: tried.filter((it) => it < pods.length), ...more }));

function plain(state: State): ScenePod {
  return { state, words: undefined, zone: '' };
}

function grantOf(balance: Balance, pods: readonly ScenePod[]): Grant {
  const registry = new EndpointRegistry(DEFAULTS.endpoint, new Options(), { now: 0 });
  const members = pods.map(({ state, words: candidate, zone }, number) => {
    const pod = `pod-${number}`;
    const where = { address: `10.0.0.${number}`, port: 80, condition: 'ready' as const };
    const endpoint = registry.acquire({ number, uid: pod, namespace: 'test', pod, ...where });
    if (state === 'ejected') recordFailure(endpoint.health, 0, endpoint.options);
    endpoint.health.gone = state === 'gone';
    const place = { uid: pod, namespace: 'test', pod, port: 80, created: 0 };
    const words = { guards: undefined, candidate, route: undefined };
    return { ...place, ...words, condition: 'ready' as const, zone, endpoint, lastReady: undefined };
  });
  return new Grant(new Rotation(members, () => ({ ...ROUTE_OPTIONS, balance, zone: 'here' })));
}

/** The state that a pick may change. */
function stateOf(grant: Grant): unknown {
  const { next, turn, rotationState, candidates } = grant;
  const { random, time, position } = rotationState ?? {};
  return structuredClone({
    next,
    turn: turn?.id,
    random,
    time,
    position,
    health: candidates.map(({ health }) => health),
  });
}

/** The grant after some picks at 0, and the pods that were tried. */
function staged(balance: Balance, { pods, tried, turns }: Scene): [Grant, readonly Endpoint[]] {
  const grant = grantOf(balance, pods);
  for (let turn = 0; turn < turns; turn += 1) pick(grant, 0, []);
  return [grant, tried.map((it) => grant.candidates[it] as Endpoint)];
}

for (const [name, balance] of Object.entries(BALANCES)) {
  const check = (promise: string, holds: (scene: Scene) => void): void => {
    test(`${name}: ${promise}`, () => fc.assert(fc.property(SCENES, holds)));
  };

  check('picks a candidate that is neither gone nor tried, if there is one', (scene) => {
    const [grant, tried] = staged(balance, scene);
    const left = grant.candidates.filter((it) => !it.health.gone && !tried.includes(it));
    const picked = pick(grant, scene.now, tried);
    assert.ok(picked === undefined ? left.length === 0 : left.includes(picked));
  });

  check(
    'picks an ejected pod only when all remaining pods, or more than half of all pods, are ejected',
    (scene) => {
      const [grant, tried] = staged(balance, scene);
      if (isMostlyEjected(grant.candidates, scene.now)) return;
      const well = grant.candidates.filter(
        (it) => !it.health.gone && !tried.includes(it) && eligible(it.health, scene.now),
      );
      const picked = pick(grant, scene.now, tried);
      if (well.length > 0) assert.ok(picked !== undefined && well.includes(picked));
    },
  );

  check('choosing changes no state, and returns the pod that is picked next', (scene) => {
    const [grant] = staged(balance, scene);
    const before = stateOf(grant);
    const chosen = peek(grant, scene.now);
    assert.deepEqual(stateOf(grant), before);
    assert.equal(pick(grant, scene.now), chosen);
  });

  check('retries reach every pod once, and end', (scene) => {
    const [grant] = staged(balance, scene);
    const tried: Endpoint[] = [];
    for (let next = pick(grant, scene.now, tried); next; next = pick(grant, scene.now, tried))
      tried.push(next);
    const all = grant.candidates.filter((it) => !it.health.gone);
    assert.deepEqual(new Set(tried), new Set(all));
    assert.equal(tried.length, all.length);
  });

  test(`${name}: a pod after its ejection is tried by one exchange, the others wait for the result`, () => {
    const grant = grantOf(balance, (['ejected', 'well', 'well'] as const).map(plain));
    const picks = Array.from({ length: 60 }, () => pick(grant, UNTIL, [])?.pod);
    assert.equal(picks.filter((it) => it === 'pod-0').length, 1);
  });

  for (const pods of [1, 2, 3, 10]) {
    test(`${name}: ${pods} equal pods get equally many requests`, () => {
      const grant = grantOf(balance, Array<State>(pods).fill('well').map(plain));
      const counts = new Map<string | undefined, number>();
      for (let turn = 0; turn < pods * 100; turn += 1) {
        const pod = pick(grant, 0, [])?.pod;
        counts.set(pod, (counts.get(pod) ?? 0) + 1);
      }
      assert.equal(counts.size, pods);
      for (const count of counts.values()) assert.ok(count > 66 && count < 150, `${count} of 100`);
    });
  }
}
