import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Inventory } from '../../src/inventory/inventory.ts';
import { type Pod, readPod } from '../../src/wiring/pod.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { NAMES } from '../wiring/objects.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';
import { collectGarbage } from '../fixtures/collect-garbage.ts';

const PAGES = 8;
const PAGE = 500;
/** The number of characters of each pod that podway does not read. */
const BALLAST = 5_000;

/** A page as it arrives: one large text. The fields that podway keeps must not be slices of this text. */
function page(first: number): string {
  const items = Array.from({ length: PAGE }, (_, n) => ({
    ...podManifest({
      name: `shop-6d4cf56db6-${first + n}`,
      hosts: `shop-${n % 50}.example.com`,
      paths: '/',
      port: 80,
    }),
    ballast: `${first + n}`.padEnd(BALLAST, '.'),
  }));
  return JSON.stringify({ items });
}

function readPage(text: string): Pod[] {
  const { items } = JSON.parse(text) as { items: unknown[] };
  return items.map((it) => readPod(it, NAMES)).filter((it) => it !== undefined);
}

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test('a pod takes about a kilobyte, regardless of the size of its object: podway keeps no part of the text of its list', () => {
  const before = heapUsed();
  const inventory = new Inventory(INVENTORY_OPTIONS);
  inventory.pods({ type: 'init' });
  for (let first = 0; first < PAGES * PAGE; first += PAGE) {
    for (const object of readPage(page(first))) inventory.pods({ type: 'init-apply', object });
  }
  inventory.pods({ type: 'init-done' });
  inventory.takeDelta();
  const perPod = (heapUsed() - before) / (PAGES * PAGE);
  assert.equal(inventory.whole().routes.length, 50);
  assert.ok(perPod < 2_000, `${perPod} bytes for each pod`);
});
