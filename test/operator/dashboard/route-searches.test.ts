import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RouteSearches } from '../../../src/operator/dashboard/route-searches.ts';
import { aPod } from '../../wiring/objects.ts';
import { Scene } from './scene.ts';

/** Searches that each take this many milliseconds. */
function searching(scene: Scene, takes: number) {
  let made = 0;
  const verdicts = () => {
    made += 1;
    scene.now += takes;
    return scene.view().verdicts;
  };
  const searches = new RouteSearches(scene.subject.insight, verdicts, () => scene.now);
  const find = (word: string) => searches.find({ words: [word], limit: 100 });
  return { find, made: () => made };
}

test('the same search in the same table is done once', () => {
  const scene = new Scene();
  scene.cluster.list([aPod({ hosts: 'a.local' })]);
  const { find, made } = searching(scene, 0);
  for (let asked = 0; asked < 10; asked += 1) assert.equal(find('a.l').found, 1);
  assert.equal(made(), 1);
  scene.cluster.apply(aPod({ name: 'web-1', hosts: 'a.local b.a.local' }));
  assert.equal(find('a.l').found, 2);
  scene.count('a.local', '/', { 200: 1 });
  assert.equal(find('a.l').rows[0]?.requests, 1);
  assert.equal(made(), 3);
});

test('a search that is repeated in a changing table takes a small part of the time', () => {
  const scene = new Scene();
  scene.cluster.list([]);
  const { find, made } = searching(scene, 20);
  for (let second = 0; second < 100; second += 1) {
    scene.cluster.apply(aPod({ hosts: `a${second}.local` }));
    scene.now += 1_000;
    find('local');
  }
  assert.ok(made() <= 26, `${made()} searches`);
});

test('the cache keeps sixteen of a thousand searches', () => {
  const scene = new Scene();
  scene.cluster.list([aPod({})]);
  const { find, made } = searching(scene, 0);
  for (let word = 0; word < 1_000; word += 1) find(`w${word}`);
  for (let word = 984; word < 1_000; word += 1) find(`w${word}`);
  assert.equal(made(), 1_000);
  find('w0');
  assert.equal(made(), 1_001);
});
