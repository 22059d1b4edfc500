import assert from 'node:assert/strict';
import { of } from './check-release.ts';
import { chartTest, type Manifest, render, type Values } from './release.ts';
import { read } from './written-files.ts';
import { sampleOf } from '../fixtures/wide.ts';

interface Change {
  /** The changes, in the wording of the README's table. */
  readonly name: string;
  readonly before: Values;
  readonly after: Values;
  readonly service: 'replaced' | 'stays';
  readonly workload: 'replaced' | 'refused' | 'changed';
}

const CHANGES: readonly Change[] = [
  {
    name: '`fullnameOverride`',
    before: {},
    after: { fullnameOverride: 'other' },
    service: 'replaced',
    workload: 'replaced',
  },
  {
    name: '`nameOverride`',
    before: {},
    after: { nameOverride: 'other' },
    service: 'replaced',
    workload: 'replaced',
  },
  {
    name: '`nameOverride` next to a `fullnameOverride`',
    before: { fullnameOverride: 'edge' },
    after: { fullnameOverride: 'edge', nameOverride: 'other' },
    service: 'stays',
    workload: 'refused',
  },
  {
    name: '`namespaceOverride`',
    before: {},
    after: { namespaceOverride: 'other' },
    service: 'replaced',
    workload: 'replaced',
  },
  {
    name: '`routers` added where there were none, or all of them removed',
    before: {},
    after: { routers: { a: {} } },
    service: 'replaced',
    workload: 'replaced',
  },
  {
    name: 'another name of a router',
    before: { routers: { a: {} } },
    after: { routers: { b: {} } },
    service: 'replaced',
    workload: 'replaced',
  },
  {
    name: '`kind`',
    before: {},
    after: { kind: 'DaemonSet' },
    service: 'stays',
    workload: 'replaced',
  },
  {
    name: 'everything else',
    before: {},
    after: { config: { workers: 2 }, podLabels: { team: 'edge' }, autoscaling: { enabled: true } },
    service: 'stays',
    workload: 'changed',
  },
];

const README = read('README.md');

function identity({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}

function only(objects: readonly Manifest[], ...kinds: string[]): Manifest {
  const [found, ...others] = of(objects, ...kinds);
  assert.ok(found && others.length === 0);
  return found;
}

for (const { name, before, after, service, workload } of sampleOf(CHANGES, 3)) {
  chartTest(`the README describes what a change does to a release: ${name}`, async (tools) => {
    const [one, other] = await Promise.all([render(tools, before), render(tools, after)]);
    const services = [only(one, 'Service'), only(other, 'Service')].map(identity);
    assert.equal(services[0] === services[1] ? 'stays' : 'replaced', service);
    const workloads = [one, other].map((it) => only(it, 'Deployment', 'DaemonSet'));
    const [was, is] = workloads.map((it) => [identity(it), JSON.stringify(it.spec?.['selector'])]);
    const becomes = was?.[0] !== is?.[0] ? 'replaced' : was?.[1] !== is?.[1] ? 'refused' : 'changed';
    assert.equal(becomes, workload);
    const row = README.split('\n').find((it) => it.startsWith(`| ${name} |`)) ?? '';
    const [, , mentionsService = '', mentionsWorkload = ''] = row.split('|').map((it) => it.trim());
    assert.ok(mentionsService.startsWith(service), row);
    assert.ok(mentionsWorkload.startsWith(workload), row);
  });
}
