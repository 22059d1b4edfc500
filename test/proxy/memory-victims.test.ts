import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientNetwork } from '../../src/proxy/load/client-network.ts';
import { type Holder, type Holding, victims } from '../../src/proxy/load/memory-victims.ts';

for (const [address, network] of [
  ['10.1.2.3', '10.1.2.3'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::10.1.2.3', '64:ff9b:0:0::/64'],
  ['2001:0DB8:0000:0a::1', '2001:db8:0:a::/64'],
  ['2001:db8::1:2:3:4:5', '2001:db8:0:1::/64'],
  ['::2:3:4:5:6:7:8', '0:2:3:4::/64'],
  ['1::3:4:5:6:7:8', '1:0:3:4::/64'],
  ['1:2:3::5:6:7:8', '1:2:3:0::/64'],
  ['1:2:3:4::', '1:2:3:4::/64'],
  ['::4:5:6:7:10.1.2.3', '0:0:4:5::/64'],
  ['::3:4:5:6:7:8%a.b:c', '0:0:3:4::/64'],
] as const) {
  test(`${address} counts as ${network}`, () => assert.equal(clientNetwork(address), network));
}

/** `name` contains the client: `a1` is the first connection of client a. */
type Row = readonly [name: string, holding: Holding, bytes: number, takenAt: number];

const CASES: readonly { name: string; rows: readonly Row[]; needed: number; go: readonly string[] }[] = [
  { name: 'no connection if no memory is needed', rows: [['a1', 'pipelined', 10, 0]], needed: 0, go: [] },
  {
    name: 'first bytes behind a request, then a head, then a body without a pod',
    rows: [
      ['a1', 'unsent', 10, 0],
      ['a2', 'head', 10, 1],
      ['a3', 'pipelined', 10, 2],
    ],
    needed: 11,
    go: ['a3', 'a2'],
  },
  {
    name: 'never a body that a pod takes',
    rows: [
      ['a1', 'taken', 100, 0],
      ['a2', 'unsent', 1, 1],
    ],
    needed: 50,
    go: ['a2'],
  },
  {
    name: 'for one client, the bytes that have waited longest',
    rows: [
      ['a1', 'pipelined', 10, 3],
      ['a2', 'pipelined', 10, 1],
      ['a3', 'pipelined', 10, 2],
    ],
    needed: 15,
    go: ['a2', 'a3'],
  },
  {
    name: 'those of the client that holds most, although others have waited longer',
    rows: [
      ['b1', 'unsent', 10, 0],
      ['a1', 'unsent', 10, 7],
      ['a2', 'unsent', 10, 8],
      ['a3', 'unsent', 10, 9],
    ],
    needed: 20,
    go: ['a1', 'a2'],
  },
  {
    name: 'those of both clients if they hold the same',
    rows: [
      ['b1', 'unsent', 10, 0],
      ['b2', 'unsent', 10, 1],
      ['a1', 'unsent', 10, 2],
      ['a2', 'unsent', 10, 3],
      ['a3', 'unsent', 10, 4],
      ['c1', 'unsent', 5, 5],
    ],
    needed: 30,
    go: ['a1', 'a2', 'b1'],
  },
  {
    name: 'among clients that hold the same, the one that has waited longest',
    rows: [
      ['b1', 'pipelined', 10, 2],
      ['a1', 'pipelined', 10, 1],
      ['c1', 'pipelined', 10, 3],
    ],
    needed: 5,
    go: ['a1'],
  },
];

for (const { name, rows, needed, go } of CASES) {
  test(name, () => {
    const names = new Map<Holder, string>();
    for (const [holder, holding, bytes, takenAt] of rows) {
      const network = holder.charAt(0);
      const unused = { holderIndex: -1, count: () => undefined, shed: () => undefined };
      names.set({ network, holding, bytes, takenAt, ...unused }, holder);
    }
    assert.deepEqual(
      victims(names.keys(), needed).map((holder) => names.get(holder)),
      go,
    );
  });
}
