import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { load } from 'js-yaml';
import { attach } from '../../src/cli/attach.ts';
import { exec } from '../../src/cli/exec.ts';
import type { Command, Runtime } from '../../src/cli/runtime.ts';
import type { Rule } from '../fixtures/kubernetes-api/authorise.ts';
import { curl, LocalScene } from './local-scene.ts';

const EXAMPLE = new URL('../../charts/podway/examples/developers.yaml', import.meta.url);
const GUIDE = new URL('../../docs/local-hosts.md', import.meta.url);

interface Role {
  readonly metadata: { readonly namespace: string };
  readonly rules: readonly (Rule & { readonly apiGroups: readonly string[] })[];
}

/** Requests for `deployment/NAME` and the like: test/sessions and test/forward cover them. */
const OF_OWNERS = new Set(['services', 'deployments', 'statefulsets', 'daemonsets', 'replicasets', 'jobs']);

async function readRole(): Promise<Role> {
  const { extraObjects } = load(await readFile(EXAMPLE, 'utf8')) as { extraObjects: readonly Role[] };
  const [role, ...more] = extraObjects;
  assert.ok(role !== undefined && more.length === 0);
  return role;
}

/** `resource name` of the granted rights, or of the requests. */
function named(resource: string, name: string | undefined): string {
  return name === undefined ? resource : `${resource} ${name}`;
}

async function run(command: Command, scene: LocalScene, ...args: readonly string[]): Promise<number> {
  const printed: string[] = [];
  const runtime: Pick<Runtime, 'env' | 'args' | 'streams' | 'printError' | 'onSignal'> = {
    env: scene.env,
    args: ['--context', 'dev', ...args],
    streams: {
      stdin: Readable.from([Buffer.from('go on\n')]),
      stdout: new PassThrough().resume(),
      stderr: new PassThrough().resume(),
    },
    printError: (...lines) => printed.push(...lines),
    onSignal: () => undefined,
  };
  const code = await command(runtime as Runtime);
  assert.deepEqual(printed, []);
  return code;
}

test("the chart's Role for developers has exactly the rights that local, exec and attach need", async () => {
  const { metadata, rules } = await readRole();
  await using scene = await LocalScene.start(
    rules.map((rule) => ({ ...rule, namespace: metadata.namespace })),
  );
  const manifest = await scene.pod('web-1');
  const [container] = manifest.spec.containers;
  scene.api.run({
    ...manifest,
    spec: { containers: [{ ...container, stdin: true, command: ['sh', '-c', 'read line; exit 4'] }] },
  });
  scene.keyed('shop', 'k');
  const { port, flags } = await scene.ports();
  const running = scene.run(flags);
  await running.until('Ctrl-C ends podway.');
  const key = `X-ROUTING-API-KEY: ${Buffer.from('k').toString('base64')}`;
  assert.match(await curl('-H', key, `http://shop.example.com.localhost:${port}/`), /"pod":"web-1"/);
  assert.equal(await run(attach, scene, '-i', 'web-1'), 4);
  assert.equal(await run(exec, scene, 'web-1', '--', 'sh', '-c', 'exit 3'), 3);
  assert.equal(running.printed().includes('grant'), false, running.printed());

  const asked = scene.api.requests.flatMap(({ path, query }) => {
    const [, resource, , subresource] =
      /^\/api\/v1\/namespaces\/shop\/(\w+)(?:\/([\w-]+)(?:\/(\w+))?)?$/.exec(path) ?? [];
    const name = /^metadata\.name=(.+)$/.exec(query.get('fieldSelector') ?? '')?.[1];
    if (resource === undefined) return [];
    if (resource === 'pods' && subresource === undefined) return ['pods'];
    return [named(subresource === undefined ? resource : `${resource}/${subresource}`, name)];
  });
  const granted = rules.flatMap(({ resources, resourceNames }) =>
    resources.filter((it) => !OF_OWNERS.has(it)).map((resource) => named(resource, resourceNames?.join())),
  );
  assert.deepEqual([...new Set(asked)].sort(), granted.sort());
});

test('the guide shows the same rules', async () => {
  const { rules } = await readRole();
  const [, shown = ''] = /## Rights[^]*?```yaml\n([^]*?)```/.exec(await readFile(GUIDE, 'utf8')) ?? [];
  const ofGuide = (load(shown) as Pick<Role, 'rules'>).rules;
  assert.deepEqual(ofGuide, rules.slice(0, ofGuide.length));
  assert.deepEqual(
    rules
      .slice(ofGuide.length)
      .flatMap(({ resources }) => resources)
      .filter((it) => !OF_OWNERS.has(it)),
    [],
  );
});
