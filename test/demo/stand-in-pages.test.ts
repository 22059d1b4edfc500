import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { ROOT } from './demo-process.ts';
import { type StandIn, startStandIn } from './stand-in-process.ts';

type Tree = Readonly<Record<string, unknown>>;

interface Block {
  readonly file: string;
  readonly objects: readonly Tree[];
}

/**
 * The YAML blocks of this repository's pages that are complete documents; they include values of the chart and
 * workflows.
 */
function blocks(): Block[] {
  const pages = ['README.md', 'charts/podway/README.md'].concat(
    readdirSync(join(ROOT, 'docs'))
      .filter((it) => it.endsWith('.md') || it.endsWith('.yaml'))
      .map((it) => `docs/${it}`),
  );
  return pages.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    if (file.endsWith('.yaml')) return [{ file, objects: parsed(text) }];
    const found = text.matchAll(/^( *)```yaml\n([^]*?)^ *```$/gm);
    return [...found].map(([, indent = '', yaml = '']) => {
      return { file, objects: parsed(yaml.replaceAll(new RegExp(`^${indent}`, 'gm'), '')) };
    });
  });
}

function parsed(yaml: string): Tree[] {
  const documents = parseAllDocuments(yaml);
  if (documents.some(({ errors }) => errors.length > 0)) return [];
  return documents.map((it) => it.toJS() as Tree).filter((it) => typeof it === 'object' && it !== null);
}

const isObject = (it: Tree): boolean =>
  typeof it['apiVersion'] === 'string' && typeof it['kind'] === 'string';

interface Annotations {
  readonly routingHosts?: string;
  readonly routingPaths?: string;
}

/** Labels and annotations, or annotations alone, of a pod's template, as pages show them. */
function annotationsOf(it: Tree): Annotations | undefined {
  const { annotations = it } = (it['metadata'] ?? {}) as { annotations?: Annotations };
  const { routingHosts, routingPaths } = annotations as Annotations;
  return typeof routingHosts === 'string' && typeof routingPaths === 'string' ? annotations : undefined;
}

/** A Deployment with these annotations: the pages show only the annotations. */
function deploymentOf(name: string, annotations: Annotations): object {
  const { routingPaths = '' } = annotations;
  const ports = [...routingPaths.matchAll(/(?:^|\s)(\d+):/g)].map(([, port]) => ({
    containerPort: Number(port),
  }));
  const labels = { app: name, routable: 'true' };
  const containers = [{ name: 'main', image: 'registry.example.com/app:1', ports: distinct(ports) }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels, annotations }, spec: { containers } },
    },
  };
}

function distinct(ports: readonly { readonly containerPort: number }[]): object[] {
  return [...new Map(ports.map((it) => [it.containerPort, it])).values()];
}

/** The first host of an annotation, and its first path. */
function firstRoute({ routingHosts = '', routingPaths = '' }: Annotations): [host: string, path: string] {
  const [host = ''] = routingHosts.split(/\s+/);
  const [, path = '/'] = /^\s*\d+:(\/\S*)/.exec(routingPaths) ?? [];
  return [host.replace(/^\*/, 'a'), path];
}

const ROUTE_TO_POD = /^200 ./;

test('kubectl applies the YAML of README and docs, and podway serves its routes', async (t) => {
  await using standIn = await startStandIn(t);
  if (standIn === undefined) return;
  // The namespaces of the demo exist already.
  const all = blocks();
  await t.test('objects', async () => {
    const objects = all.flatMap((it) => it.objects).filter(isObject);
    assert.ok(objects.length >= 4, `${objects.length} objects`);
    const kinds = objects.map((it) => String(it['kind']));
    assert.ok(kinds.includes('ValidatingAdmissionPolicy') && kinds.includes('Namespace'), kinds.join());
    for (const object of objects) await apply(standIn, object);
    for (const object of objects) {
      const template = (object['spec'] as { template?: Tree } | undefined)?.template;
      const annotations = template === undefined ? undefined : annotationsOf(template);
      if (annotations !== undefined) await standIn.routed(ROUTE_TO_POD, ...firstRoute(annotations));
    }
  });
  const fragments = all.flatMap(({ file, objects }) => {
    const found = objects.filter((it) => !isObject(it)).flatMap((it) => annotationsOf(it) ?? []);
    return found.map((annotations) => [file, annotations] as const);
  });
  assert.ok(fragments.length >= 2);
  for (const [index, [file, annotations]] of fragments.entries()) {
    await t.test(`annotations of ${file}`, async () => {
      const deployment = deploymentOf(`page-${index}`, annotations);
      await apply(standIn, deployment);
      await standIn.kubectl(`rollout status deployment/page-${index}`);
      await standIn.routed(ROUTE_TO_POD, ...firstRoute(annotations));
      await standIn.kubectl(`delete deployment page-${index}`);
    });
  }
});

async function apply(standIn: StandIn, object: object): Promise<void> {
  assert.match(await standIn.kubectl('apply -f -', JSON.stringify(object)), /created|configured|unchanged/);
}

const VALUES = join(ROOT, 'charts/podway/examples');

test('kubectl applies the objects of the chart with each of its examples; a public and a private podway route the same pods', async (t) => {
  await using standIn = await startStandIn(t);
  if (standIn === undefined) return;
  // The namespace `shop` of the demo exists already.
  const render = (file: string): Promise<string> =>
    standIn.helm(
      `template podway charts/podway -n podway -f ${join(VALUES, file)} --set image.registry=registry.example.com`,
    );
  for (const file of readdirSync(VALUES)) {
    await t.test(file, async () => {
      const manifests = await render(file);
      assert.match(await standIn.kubectl('apply -f -', manifests), /^serviceaccount\/.+ created$/m);
      if (file === 'public-private.yaml') await routesBoth(standIn);
      await standIn.kubectl('delete --wait=false -f -', manifests);
    });
  }
});

/** The demo application of the examples has annotations for each of the two. */
async function routesBoth(standIn: StandIn): Promise<void> {
  await standIn.kubectl('apply -f examples/nodejs-k8s-env.yaml');
  for (const [router, host, path] of [
    ['public', 'test.k8s.com', '/public'],
    ['private', 'test.k8s.local', '/internal'],
  ] as const) {
    await standIn.kubectl(`rollout status -n podway daemonset/podway-${router} --timeout=60s`);
    const selector = `app.kubernetes.io/component=${router}`;
    const ip = await standIn.kubectl(
      `get pods -n podway -l ${selector} -o jsonpath={.items[0].status.podIP}`,
    );
    await standIn.routed(/^200 \{[^]*"HOSTNAME"/, host, path, '--connect-to', `::${ip}:8080`);
  }
}
