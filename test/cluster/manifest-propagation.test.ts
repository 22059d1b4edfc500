import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { TemporaryFolder } from './temporary-folder.ts';
import { followFolder } from './recorded-source.ts';
import { pod } from './objects.ts';
import { isWide, reducedCount } from '../fixtures/wide.ts';

// How soon a change of a file becomes an event, and how a large file affects the main thread meanwhile. The test does
// not
// assert times: it only prints them.

const ROUNDS = reducedCount(30);

/** The ways to change a file; afterwards pod `a` has this address in the file. */
const WAYS: Readonly<Record<string, (folder: TemporaryFolder, address: string) => Promise<void>>> = {
  'written in place': (folder, address) => folder.write('a.yaml', pod('a', { address }), pod('b')),
  'renamed over it': async (folder, address) => {
    await folder.write('.a.yaml.new', pod('a', { address }), pod('b'));
    await rename(folder.file('.a.yaml.new'), folder.file('a.yaml'));
  },
  'written in place as JSON, without a line feed at the end': (folder, address) =>
    folder.writeText('a.yaml', [pod('a', { address }), pod('b')].map((it) => JSON.stringify(it)).join('\n')),
};

for (const [way, change] of Object.entries(WAYS)) {
  test(`a change becomes an event without a wait for further changes: ${way}`, async (t) => {
    await using folder = await TemporaryFolder.create({
      'a.yaml': [pod('a'), pod('b')],
      'z.yaml': [pod('z')],
    });
    await using following = await followFolder(folder.path);
    await following.synced();
    const times: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const address = `127.0.1.${round}`;
      await change(folder, address);
      const written = performance.now();
      await following.until(() => following.livePods.get('default/a')?.ip === address);
      times.push(performance.now() - written);
    }
    report(t, 'ms from the end of the write to the event', times);
    assert.deepEqual(
      following.pods.slice(5),
      Array.from({ length: ROUNDS }, () => 'apply default/a'),
    );
  });
}

test('a large file is read outside the main thread, which gets only the changed documents', async (t) => {
  const names = Array.from({ length: isWide ? 3000 : 1000 }, (_, index) => `pod-${index}`);
  const text = (address: string) =>
    names.map((name) => stringify(pod(name, name === 'pod-1' ? { address } : {}))).join('---\n');
  await using folder = await TemporaryFolder.create({ 'small.yaml': [pod('small')] });
  await using following = await followFolder(folder.path);
  await following.synced();
  const live = async (address: string) => {
    await folder.writeText('.large', text(address));
    await rename(folder.file('.large'), folder.file('large.yaml'));
    const started = performance.now();
    let turns = 0;
    let longest = 0;
    let last = started;
    const turn = () => {
      turns += 1;
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
      turning = setImmediate(turn);
    };
    let turning = setImmediate(turn);
    await following.until(() => following.livePods.get('default/pod-1')?.ip === address);
    clearImmediate(turning);
    return { took: performance.now() - started, longest, turns };
  };
  const first = await live('127.0.0.5');
  const second = await live('127.0.0.6');
  for (const [name, { took, longest, turns }] of Object.entries({ first, second })) {
    t.diagnostic(`${name}: ${took.toFixed(0)} ms, longest turn ${longest.toFixed(0)} ms, ${turns} turns`);
    // Reading on the main thread would take only a dozen turns: open, read, stat, parse.
    assert.ok(turns > 100, `${name}: ${turns} turns`);
  }
  assert.equal(following.livePods.size, names.length + 1);
  assert.deepEqual(following.pods.slice(3 + names.length), ['apply default/pod-1']);
});

function report(t: TestContext, what: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => (sorted[Math.floor(sorted.length * part)] ?? Number.NaN).toFixed(1);
  t.diagnostic(`${what}: p50 ${at(0.5)}, p90 ${at(0.9)}, most ${at(0.999)}`);
}
