import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorise, COUNTED } from '../../src/routing/authorise.ts';
import type { KeyRelease } from '../../src/inventory/deleted-secrets.ts';
import type { KeyQuestion } from '../../src/inventory/key-questions.ts';
import type { Pod } from '../../src/wiring/pod.ts';
import type { NamespaceSecret } from '../../src/wiring/secret.ts';
import { aPod, aSecret } from '../wiring/objects.ts';
import { presentedKey } from '../fixtures/presented-key.ts';
import { Cluster, listed } from './cluster.ts';

// Pods and Secrets arrive on separate streams: the pods of a namespace wait until its key is known.

const KEY = 'c3VwZXJzZWNyZXQ=';
const OTHER = 'b3RoZXI=';

/** A cluster on two streams; each namespace has one host, its name. */
class TwoStreams {
  readonly cluster: Cluster;
  readonly questions: KeyQuestion[] = [];
  readonly releases: KeyRelease[] = [];
  readonly news: string[] = [];

  constructor(keysOutliveSecrets = true) {
    this.cluster = new Cluster('segment', { keysNeedProof: true, keysOutliveSecrets });
  }

  publish(): void {
    const { keys } = this.cluster.inventory;
    this.cluster.publish();
    this.questions.push(...keys.takeQuestions());
    this.releases.push(...keys.takeReleases());
    for (const [namespace, news] of keys.takeEvents()) this.news.push(`${namespace} ${news}`);
  }

  pods(...pods: readonly [namespace: string, uid?: string][]): void {
    for (const event of listed(pods.map((it) => podOf(...it)))) this.cluster.inventory.pods(event);
    this.publish();
  }

  /** A list of Secrets is requested, and completes. */
  secrets(...secrets: readonly NamespaceSecret[]): void {
    this.cluster.inventory.keys.listRequested();
    this.listedSecrets(...secrets);
  }

  listedSecrets(...secrets: readonly NamespaceSecret[]): void {
    for (const event of listed(secrets)) this.cluster.inventory.secrets(event);
    this.publish();
  }

  /** The oldest open lookup ends with this answer. */
  answer(secret?: NamespaceSecret): void {
    const question = this.questions.shift();
    assert.ok(question, 'no lookup is open');
    this.cluster.inventory.keys.answer(question, secret);
    this.publish();
  }

  /** The latest lookup fails, and is repeated. */
  fail(): void {
    const question = this.questions.at(-1);
    assert.ok(question, 'no lookup is open');
    this.cluster.inventory.keys.unanswered(question);
    this.publish();
  }

  release(): void {
    const release = this.releases.shift();
    assert.ok(release, 'there is no release');
    this.cluster.inventory.keys.release(release);
    this.publish();
  }

  /**
   * The result of a request without a key, or with this one: `open`, `denied`, `keys-unknown`; undefined without a
   * route.
   */
  gets(host: string, key?: string): string | undefined {
    const { table } = this.cluster;
    const route = table.host(host)?.get('/');
    if (route === undefined) return undefined;
    const grant = authorise(route, table.keys, presentedKey(key === undefined ? [] : [key]), COUNTED);
    return typeof grant === 'string' ? grant : 'open';
  }
}

function podOf(namespace: string, uid = 'first', name = 'web') {
  return aPod({ namespace, name, uid: `${namespace}-${uid}`, hosts: namespace, paths: '80:/' });
}

/** A cluster that has listed namespace `old` without a key and `keyed` with one. */
function started(keysOutliveSecrets?: boolean): TwoStreams {
  const streams = new TwoStreams(keysOutliveSecrets);
  streams.pods(['old'], ['keyed']);
  streams.secrets(aSecret('keyed', 'supersecret'));
  assert.deepEqual([streams.gets('old'), streams.gets('keyed'), streams.gets('keyed', KEY)], FIRST);
  assert.deepEqual(streams.questions, []);
  return streams;
}
const FIRST = ['open', 'denied', 'open'];

function apply(streams: TwoStreams, ...args: [Pod] | Parameters<typeof podOf>): void {
  streams.cluster.apply(podIn(args));
  streams.publish();
}

function remove(streams: TwoStreams, ...args: [Pod] | Parameters<typeof podOf>): void {
  streams.cluster.delete(podIn(args));
  streams.publish();
}

function podIn(args: [Pod] | Parameters<typeof podOf>): Pod {
  const [pod, uid, name] = args;
  return typeof pod === 'string' ? podOf(pod, uid, name) : pod;
}

test('secrets that were listed before pods prove nothing: podway is synced after a list that was requested after pods', () => {
  const streams = new TwoStreams();
  streams.secrets();
  streams.pods(['old']);
  assert.equal(streams.cluster.table.synced, false);
  streams.listedSecrets();
  assert.equal(streams.cluster.table.synced, false);
  streams.secrets();
  assert.deepEqual([streams.cluster.table.synced, streams.gets('old')], [true, 'open']);
});

test('a new namespace waits, and is looked up once, regardless of how many pods it has', () => {
  const streams = started();
  apply(streams, 'new');
  apply(streams, 'new', 'second', 'web-1');
  assert.equal(streams.gets('new'), 'keys-unknown');
  assert.equal(streams.questions.length, 1);
  streams.answer();
  assert.equal(streams.gets('new'), 'open');
  assert.equal(streams.gets('old'), 'open');
});

test('the Secret that a lookup finds guards the namespace, and its rejections are reported', () => {
  const streams = started();
  apply(streams, 'new');
  streams.answer(aSecret('new', ''));
  assert.deepEqual([streams.gets('new'), streams.gets('new', KEY)], ['denied', 'denied']);
  assert.deepEqual(
    streams.cluster.inventory.listing().rejections.map((it) => `${it.object.namespace} ${it.reason}`),
    ['new key-empty'],
  );
  streams.cluster.applySecret(aSecret('new', 'supersecret'));
  assert.deepEqual([streams.gets('new'), streams.gets('new', KEY)], ['denied', 'open']);
  assert.deepEqual(streams.cluster.inventory.listing().rejections, []);
});

test('an event of the stream takes precedence over the answer to an earlier lookup', () => {
  const streams = started();
  apply(streams, 'new');
  streams.cluster.applySecret(aSecret('new', 'other'));
  streams.answer();
  assert.deepEqual([streams.gets('new'), streams.gets('new', OTHER)], ['denied', 'open']);
  const later = started();
  apply(later, 'new');
  later.cluster.applySecret(aSecret('new', 'other'));
  later.answer(aSecret('new', 'supersecret'));
  assert.deepEqual(
    [later.gets('new', KEY), later.gets('new', OTHER)],
    ['denied', 'open'],
    'the lookup found an older key',
  );
});

test('a list of Secrets answers for namespaces that were known before the list was requested', () => {
  const streams = started();
  apply(streams, 'before');
  streams.cluster.inventory.keys.listRequested();
  apply(streams, 'during');
  streams.listedSecrets(aSecret('keyed', 'supersecret'));
  assert.deepEqual([streams.gets('before'), streams.gets('during')], ['open', 'keys-unknown']);
  streams.secrets(aSecret('keyed', 'supersecret'), aSecret('during', 'other'));
  assert.deepEqual([streams.gets('during'), streams.gets('during', OTHER)], ['denied', 'open']);
});

test('a Secret that was found after the request for a list is not removed by that list', () => {
  const streams = started();
  apply(streams, 'new');
  streams.cluster.inventory.keys.listRequested();
  streams.answer(aSecret('new', 'other'));
  streams.listedSecrets(aSecret('keyed', 'supersecret'));
  assert.deepEqual([streams.gets('new'), streams.gets('new', OTHER)], ['denied', 'open']);
  assert.deepEqual(streams.releases, []);
  streams.secrets(aSecret('keyed', 'supersecret'));
  assert.deepEqual(streams.news, ['new deleted'], 'a later list removes it');
  assert.equal(streams.gets('new', OTHER), 'open');
});

test('a namespace is forgotten with its last pod, and looked up again with its next pod', () => {
  const streams = started();
  remove(streams, 'old');
  apply(streams, 'old', 'second');
  assert.equal(streams.gets('old'), 'keys-unknown');
  streams.answer(aSecret('old', 'other'));
  assert.deepEqual([streams.gets('old'), streams.gets('old', OTHER)], ['denied', 'open']);
});

/** The state of a namespace whose pods are deleted and created again. A pod is written `name` or `name@controller`. */
type Step =
  | { readonly came: string }
  | { readonly gone: string }
  | { readonly secret: string }
  | 'secret gone'
  | 'none'
  | 'found'
  | 'failed'
  | 'release';

function play(streams: TwoStreams, steps: readonly Step[]): void {
  let uids = 0;
  const there = new Map<string, Pod>();
  for (const step of steps) {
    if (step === 'none') streams.answer();
    else if (step === 'found') streams.answer(aSecret('new', 'other'));
    else if (step === 'failed') streams.fail();
    else if (step === 'release') streams.release();
    else if (step === 'secret gone') streams.cluster.deleteSecret(aSecret('new', 'other'));
    else if ('secret' in step) streams.cluster.applySecret(aSecret('new', step.secret));
    else if ('came' in step) {
      const [name = '', owner] = step.came.split('@');
      const pod = { ...podOf('new', String(++uids), name), owner };
      there.set(name, pod);
      apply(streams, pod);
    } else {
      const pod = there.get(step.gone);
      assert.ok(pod);
      remove(streams, pod);
    }
  }
}

/** The result of a request for the namespace without a key at the end. */
function checkRestart(name: string, steps: readonly Step[], expected: string | undefined): void {
  test(`pods restart: ${name}`, () => {
    const streams = started();
    play(streams, steps);
    assert.equal(streams.gets('new'), expected);
  });
}

const OPEN: readonly Step[] = [{ came: 'a@set' }, 'none'];
const RESTART: readonly Step[] = [{ gone: 'a' }, { came: 'a@set' }];
checkRestart('the namespace is looked up, like any other', [...OPEN, ...RESTART], 'keys-unknown');
checkRestart('without an answer it is served as before', [...OPEN, ...RESTART, 'failed'], 'open');
checkRestart(
  'without an answer it is served as before, after repeated restarts, too',
  [...OPEN, ...RESTART, 'failed', ...RESTART, ...RESTART, 'failed'],
  'open',
);
checkRestart('an answer counts', [...OPEN, ...RESTART, 'failed', 'found'], 'denied');
checkRestart('an event of the stream counts', [...OPEN, ...RESTART, 'failed', { secret: 'other' }], 'denied');
checkRestart(
  'another controller may be of another namespace',
  [...OPEN, { gone: 'a' }, { came: 'a@other' }, 'failed'],
  'keys-unknown',
);
checkRestart(
  'pods of an unknown controller prove nothing for later pods',
  [...OPEN, { gone: 'a' }, { came: 'a@other' }, 'failed', { gone: 'a' }, { came: 'a@other' }, 'failed'],
  'keys-unknown',
);
checkRestart(
  'one known controller among new ones is enough, in any order',
  [...OPEN, { gone: 'a' }, { came: 'b@other' }, 'failed', { came: 'a@set' }],
  'open',
);
checkRestart(
  'a pod without a controller proves nothing',
  [{ came: 'a' }, 'none', { gone: 'a' }, { came: 'a' }, 'failed'],
  'keys-unknown',
);
checkRestart(
  'all pods of several controllers were deleted',
  [...OPEN, { came: 'b@set-b' }, { gone: 'a' }, { gone: 'b' }, { came: 'a@set' }, 'failed'],
  'open',
);
checkRestart(
  'after the release it is no longer known that the namespace was open',
  [...OPEN, { gone: 'a' }, 'release', { came: 'a@set' }, 'failed'],
  'keys-unknown',
);
checkRestart(
  'also when pods of other controllers were added in time',
  [...OPEN, { gone: 'a' }, { came: 'b@other' }, 'release', { came: 'a@set' }, 'failed'],
  'keys-unknown',
);
checkRestart(
  'a namespace that returned in time stays open',
  [...OPEN, ...RESTART, 'failed', 'release'],
  'open',
);
checkRestart(
  'a release of an earlier deletion has no effect',
  [...OPEN, ...RESTART, 'failed', { gone: 'a' }, 'release', { came: 'a@set' }, 'failed'],
  'open',
);
checkRestart(
  'a namespace that was not known to be open stays unknown',
  [{ came: 'a@set' }, { gone: 'a' }, { came: 'a@set' }, 'failed', 'failed'],
  'keys-unknown',
);
checkRestart(
  'a namespace that had a key denies',
  [...OPEN, { secret: 'other' }, 'secret gone', ...RESTART, 'failed'],
  'denied',
);

test('pods restart: without KEY_RELEASE_DELAY podway does not remember that the namespace was open', () => {
  const streams = started(false);
  play(streams, [...OPEN, ...RESTART, 'failed']);
  assert.equal(streams.gets('new'), 'keys-unknown');
});

test('an answer for an earlier namespace of the same name proves nothing', () => {
  const streams = started();
  apply(streams, 'new');
  remove(streams, 'new');
  apply(streams, 'new', 'second');
  assert.equal(streams.questions.length, 2);
  streams.answer();
  assert.equal(streams.gets('new'), 'keys-unknown');
  streams.answer();
  assert.equal(streams.gets('new'), 'open');
});

test('a namespace that was created again while no watch ran: no pod is the same, so it is another namespace', () => {
  const streams = started();
  apply(streams, 'old', 'first', 'web-1');
  for (const uid of ['second', 'third']) {
    const pods = ['web', 'web-1'].map((name) => podOf('old', uid, name));
    for (const event of listed(pods)) streams.cluster.inventory.pods(event);
    streams.publish();
    assert.equal(streams.gets('old'), 'keys-unknown', uid);
    streams.answer();
  }
  const stays = [podOf('old', 'third', 'web'), podOf('old', 'fourth', 'web-1')];
  for (const event of listed(stays)) streams.cluster.inventory.pods(event);
  streams.publish();
  assert.equal(streams.gets('old'), 'open', 'one pod is the same');
});

test('a new pod of the same name is another pod, also without an event between them', () => {
  const streams = started();
  apply(streams, 'old', 'second');
  assert.equal(streams.gets('old'), 'keys-unknown');
});

test('the keys of a deleted Secret stay valid, then a lookup decides', () => {
  const streams = started();
  streams.cluster.deleteSecret(aSecret('keyed', 'supersecret'));
  streams.publish();
  assert.deepEqual(streams.news, ['keyed deleted']);
  assert.deepEqual([streams.gets('keyed'), streams.gets('keyed', KEY)], ['denied', 'open']);
  assert.deepEqual(streams.questions, []);
  streams.release();
  assert.deepEqual([streams.gets('keyed'), streams.gets('keyed', KEY)], ['denied', 'open'], 'not proven yet');
  streams.answer();
  assert.deepEqual([streams.gets('keyed'), streams.news.at(-1)], ['open', 'keyed opened']);
});

test('a new Secret that the stream has missed is found when the release of the keys is due', () => {
  const streams = started();
  streams.secrets();
  streams.release();
  streams.answer(aSecret('keyed', 'other'));
  assert.deepEqual([streams.gets('keyed', KEY), streams.gets('keyed', OTHER)], ['denied', 'open']);
});

test('a new Secret in the meantime replaces the old one, and no key is released', () => {
  const streams = started();
  streams.cluster.deleteSecret(aSecret('keyed', 'supersecret'));
  streams.publish();
  streams.cluster.applySecret(aSecret('keyed', 'other'));
  assert.deepEqual([streams.gets('keyed', KEY), streams.gets('keyed', OTHER)], ['denied', 'open']);
  streams.release();
  assert.deepEqual([streams.gets('keyed'), streams.questions], ['denied', []]);
});

test('a Secret that is deleted again waits again: the first release has no effect', () => {
  const streams = started();
  for (const secret of ['supersecret', 'other']) {
    streams.cluster.applySecret(aSecret('keyed', secret));
    streams.cluster.deleteSecret(aSecret('keyed', secret));
    streams.publish();
  }
  streams.release();
  assert.deepEqual([streams.gets('keyed', OTHER), streams.questions], ['open', []]);
  streams.release();
  streams.answer();
  assert.equal(streams.gets('keyed'), 'open');
});

test('a namespace that is deleted and created again within the delay stays closed until its new key is known', () => {
  const streams = started();
  streams.cluster.deleteSecret(aSecret('keyed', 'supersecret'));
  remove(streams, 'keyed');
  apply(streams, 'keyed', 'second');
  assert.equal(streams.gets('keyed'), 'denied');
  streams.answer(aSecret('keyed', 'other'));
  assert.deepEqual([streams.gets('keyed', KEY), streams.gets('keyed', OTHER)], ['denied', 'open']);
  streams.release();
  assert.equal(streams.gets('keyed'), 'denied');
});

test('a namespace that is created again without a key opens after the delay', () => {
  const streams = started();
  streams.cluster.deleteSecret(aSecret('keyed', 'supersecret'));
  remove(streams, 'keyed');
  apply(streams, 'keyed', 'second');
  streams.answer();
  assert.equal(streams.gets('keyed'), 'denied');
  streams.release();
  streams.answer();
  assert.equal(streams.gets('keyed'), 'open');
});

test('without a delay the lookup starts immediately', () => {
  const streams = started(false);
  streams.cluster.deleteSecret(aSecret('keyed', 'supersecret'));
  streams.publish();
  assert.deepEqual([streams.gets('keyed'), streams.releases], ['denied', []]);
  streams.answer();
  assert.equal(streams.gets('keyed'), 'open');
});

test('namespaces without pods and without a Secret are forgotten', () => {
  const streams = started();
  for (let at = 0; at < 1_000; at += 1) {
    apply(streams, `n${at}`);
    if (at % 2 === 0) streams.answer();
    remove(streams, `n${at}`);
  }
  const { keyed, unknown } = streams.cluster.inventory.keys.listing();
  assert.deepEqual([keyed.length, unknown], [1, []]);
  assert.deepEqual([...streams.cluster.table.keys.keys()], ['keyed']);
});

test('a worker that starts later gets the list of waiting namespaces', () => {
  const streams = started();
  apply(streams, 'new');
  const whole = streams.cluster.inventory.whole();
  assert.deepEqual([whole.keysUnknown, whole.keys.map((it) => it.namespace)], [['new'], ['keyed']]);
});

/** On a route of these namespaces: which namespaces get a request without a key, with KEY, and with an unknown key. */
function checkShared(row: string, namespaces: readonly string[], expected: readonly string[]): void {
  test(`shared route: ${row}`, () => {
    const cluster = new Cluster('segment', { keysNeedProof: true });
    const { keys } = cluster.inventory;
    const known = namespaces.filter((it) => !it.startsWith('unknown'));
    const pods = (some: readonly string[]) =>
      some.map((namespace) => aPod({ namespace, hosts: 't.local', paths: '80:/' }));
    for (const event of listed(pods(known))) cluster.inventory.pods(event);
    keys.listRequested();
    const keyed = known.filter((it) => it.startsWith('keyed')).map((it) => aSecret(it, 'supersecret'));
    for (const event of listed(keyed)) cluster.inventory.secrets(event);
    for (const pod of pods(namespaces)) cluster.apply(pod);
    const route = cluster.table.host('t.local')?.get('/');
    assert.ok(route);
    const reached = [[], [KEY], [OTHER], [KEY, KEY]].map((lines) => {
      const grant = authorise(route, cluster.table.keys, presentedKey(lines), COUNTED);
      return typeof grant === 'string' ? grant : grant.candidates.map((it) => it.namespace).join(' ');
    });
    assert.deepEqual(reached, expected);
  });
}

const WAIT = 'keys-unknown';
checkShared('unknown only', ['unknown', 'unknown-too'], [WAIT, WAIT, WAIT, WAIT]);
checkShared(
  'open and unknown: the unknown namespace has no effect',
  ['open', 'unknown'],
  ['open', 'open', 'open', 'open'],
);
checkShared('keyed and unknown', ['keyed', 'unknown'], [WAIT, 'keyed', WAIT, 'denied']);
checkShared('keyed, open and unknown', ['keyed', 'open', 'unknown'], ['open', 'keyed', WAIT, 'denied']);
