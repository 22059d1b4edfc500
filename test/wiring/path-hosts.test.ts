import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wirePod } from '../../src/wiring/annotations/wiring.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';
import { aPod } from './objects.ts';

interface HostCase {
  readonly hosts?: string;
  readonly paths: string;
  /** `port:host/path words` of each wiring. */
  readonly wirings: readonly string[];
  readonly rejections?: readonly string[];
}

const CASES: readonly HostCase[] = [
  { paths: '80:admin.test/', wirings: ['80:admin.test/'] },
  {
    hosts: 'a.test b.test',
    paths: '80:/ 81:admin.test/x methods=GET',
    wirings: ['80:a.test/', '80:b.test/', '81:admin.test/x methods=GET'],
  },
  { paths: '80:[::1]/x 80:*.a.test/', wirings: ['80:[::1]/x', '80:*.a.test/'] },
  { paths: '80:Admin.Test/x', wirings: ['80:admin.test/x'] },
  {
    paths: '80:a.test:81/x 81:b.test/',
    wirings: ['81:b.test/'],
    rejections: ['host-has-port 80:a.test:81/x'],
  },
  { paths: '80:a_b/x 81:b.test/', wirings: ['81:b.test/'], rejections: ['host-malformed 80:a_b/x'] },
  // A host that the pod declares in any case.
  { hosts: 'a.test', paths: '80:/ 80:a.test/ 81:a.test/', wirings: ['80:a.test/', '81:a.test/'] },
  {
    hosts: 'a.test b.test',
    paths: '80:/ 80:a.test/ methods=GET',
    wirings: ['80:a.test/ refused', '80:b.test/'],
    rejections: ['options-differ 80:a.test/'],
  },
  {
    paths: '80:/ 81:b.test/',
    wirings: ['81:b.test/'],
    rejections: ['hosts-missing /'],
  },
  // Without any host the pod declares no route, so there is no rejection.
  { paths: '80:/ methods=GET', wirings: [] },
];

function check({ hosts, paths, wirings, rejections = [] }: HostCase): void {
  const wired = wirePod(aPod({ hosts, paths, ports: [80, 81] }), INVENTORY_OPTIONS);
  assert.deepEqual(
    wired.wirings.map(({ port, host, path, options }) => `${port}:${host}${path} ${options.text}`.trimEnd()),
    wirings,
  );
  assert.deepEqual(
    wired.rejections.map(({ reason, detail }) => `${reason} ${detail}`),
    rejections,
  );
}

for (const one of CASES)
  test(`${one.hosts ?? 'no routingHosts'}: ${one.paths} (OP-13, OP-14, OP-15)`, () => check(one));
