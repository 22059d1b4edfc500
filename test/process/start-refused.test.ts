import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runPodway, type PodwayOptions } from './podway.ts';

interface Refusal extends PodwayOptions {
  readonly name: string;
  /** Patterns for all lines of stderr, in order. */
  readonly lines: readonly RegExp[];
}

const REFUSALS: readonly Refusal[] = [
  {
    name: 'neither a cluster nor a folder: the message names the three ways to start',
    lines: [/^podway: .*KUBECONFIG.*pod.*MANIFESTS/],
  },
  {
    name: 'a folder that does not exist',
    env: { MANIFESTS: '/no/such/folder' },
    lines: [/^podway: no such folder: \/no\/such\/folder$/],
  },
  {
    name: 'an address of another machine',
    env: { ADDRESS: '192.0.2.1' },
    manifests: {},
    lines: [/^podway: cannot listen on 192\.0\.2\.1 port \d+ \(PORT\): this machine has no such address$/],
  },
];

for (const { name, lines, ...options } of REFUSALS) {
  test(name, async () => {
    const { code, stderr } = await runPodway(options);
    assert.equal(code, 2);
    const printed = stderr.trimEnd().split('\n');
    assert.equal(printed.length, lines.length, stderr);
    for (const [index, line] of lines.entries()) assert.match(printed[index] ?? '', line);
  });
}
