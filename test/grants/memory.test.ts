import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Inventory } from '../../src/inventory/inventory.ts';
import { collectGarbage } from '../fixtures/collect-garbage.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';
import { aNamespace } from './grant-scene.ts';

const NAMESPACES = 5_000;

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test('10,000 grants of 5,000 namespaces take at most 5 MB, and after a change of one Namespace podway reads only that Namespace', () => {
  const grants = { pathMatch: 'segment', template: [], list: [], followsNamespaces: true } as const;
  const before = heapUsed();
  const inventory = new Inventory({ ...INVENTORY_OPTIONS, grants });
  inventory.namespaces({ type: 'init' });
  for (let at = 0; at < NAMESPACES; at++) {
    const object = aNamespace(`team-${at}`, JSON.parse(`"team-${at}.example.com *.team-${at}.example.com"`));
    inventory.namespaces({ type: 'init-apply', object });
  }
  inventory.namespaces({ type: 'init-done' });
  inventory.takeDelta();
  const taken = heapUsed() - before;
  assert.equal(inventory.listing().grants?.length, 2 * NAMESPACES);
  assert.ok(taken < 5_000_000, `${taken} bytes`);
  inventory.namespaces({ type: 'apply', object: aNamespace('team-7', 'other.org') });
  let steps = 0;
  for (const changes = inventory.changes(0); changes.next().done !== true; ) steps += 1;
  assert.ok(steps < 100, `${steps} steps`);
});
