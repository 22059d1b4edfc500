/** Which pods count as ready while podway's gate is closed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPod } from '../../src/wiring/pod.ts';

const GATE = 'podway.dev/routable';
const NAMES = { hosts: 'routingHosts', paths: 'routingPaths', options: 'routingOptions', gate: GATE };
const HELD = { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady' };
const RUNS = { type: 'ContainersReady', status: 'True' };
const OPEN = { type: GATE, status: 'True', message: 'm' };
const OTHER = 'other.example.com/ready';

interface Row {
  readonly name: string;
  readonly gates?: readonly unknown[];
  readonly conditions: readonly unknown[];
  readonly names?: typeof NAMES;
  readonly ready: boolean;
  readonly silent?: boolean;
  readonly gate?: { readonly status: string; readonly message: string };
}

const CLOSED = { status: '', message: '' };

const ROWS: readonly Row[] = [
  { name: 'only the gate of podway is closed', conditions: [RUNS, HELD], ready: true, gate: CLOSED },
  {
    name: 'podway has reported a refusal',
    conditions: [RUNS, HELD, { type: GATE, status: 'False', message: 'no' }],
    ready: true,
    gate: { status: 'False', message: 'no' },
  },
  {
    name: 'open, and the kubelet has not seen it yet',
    conditions: [RUNS, HELD, OPEN],
    ready: true,
    gate: { status: 'True', message: 'm' },
  },
  {
    name: 'open and Ready',
    conditions: [RUNS, { type: 'Ready', status: 'True' }, OPEN],
    ready: true,
    gate: { status: 'True', message: 'm' },
  },
  {
    name: 'containers that are not ready',
    conditions: [
      { type: 'ContainersReady', status: 'False' },
      { type: 'Ready', status: 'False', reason: 'ContainersNotReady' },
    ],
    ready: false,
    gate: CLOSED,
  },
  {
    name: "another controller's gate is closed",
    gates: [{ conditionType: GATE }, { conditionType: OTHER }],
    conditions: [RUNS, HELD],
    ready: false,
    gate: CLOSED,
  },
  {
    name: "another controller's gate is open",
    gates: [{ conditionType: OTHER }, { conditionType: GATE }],
    conditions: [RUNS, HELD, { type: OTHER, status: 'True' }],
    ready: true,
    gate: CLOSED,
  },
  {
    name: 'its node does not report, and the gate was open',
    conditions: [RUNS, { type: 'Ready', status: 'False' }, OPEN],
    ready: false,
    silent: true,
    gate: { status: 'True', message: 'm' },
  },
  {
    name: 'its node does not report, and the gate was not open yet',
    conditions: [RUNS, { type: 'Ready', status: 'False' }],
    ready: false,
    gate: CLOSED,
  },
  {
    name: 'a pod without the gate of podway',
    gates: [{ conditionType: OTHER }],
    conditions: [RUNS, HELD],
    ready: false,
  },
  {
    name: 'READINESS_GATE is none',
    names: { ...NAMES, gate: '' },
    conditions: [RUNS, HELD],
    ready: false,
  },
  {
    name: 'malformed gates and conditions',
    gates: [null, 7, { conditionType: GATE }, {}],
    conditions: [null, 'x', RUNS, HELD, { type: GATE, status: 5 }],
    ready: false,
    gate: CLOSED,
  },
];

for (const { name, gates = [{ conditionType: GATE }], conditions, names = NAMES, ...expected } of ROWS) {
  test(name, () => {
    const metadata = { name: 'web', namespace: 'shop', uid: 'u' };
    const pod = readPod({ metadata, spec: { readinessGates: gates }, status: { conditions } }, names);
    assert.deepEqual(
      { ready: pod?.ready, silent: pod?.silent, gate: pod?.gate },
      { silent: false, gate: undefined, ...expected },
    );
  });
}
