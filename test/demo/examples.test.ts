import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { readPod } from '../../src/wiring/pod.ts';
import { readSecret } from '../../src/wiring/secret.ts';
import { wirePod } from '../../src/wiring/annotations/wiring.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';

const FOLDER = new URL('../../examples/', import.meta.url);

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: { readonly template: { readonly metadata: object; readonly spec: object } };
}

const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((it) => it.endsWith('.yaml'));
const manifests = files.flatMap((file) =>
  parseAllDocuments(readFileSync(new URL(file, FOLDER), 'utf8')).map(
    (document) => document.toJS() as Manifest,
  ),
);

/** The routes of the first pod that the Deployment would create. */
function routesOf({ metadata, spec }: Manifest): string[] {
  const template = spec?.template;
  const pod = readPod(
    {
      ...template,
      metadata: { ...template?.metadata, ...metadata },
      status: { phase: 'Running', podIP: '10.0.0.1' },
    },
    { hosts: 'routingHosts', paths: 'routingPaths', options: 'routingOptions' },
  );
  assert.ok(pod);
  const { wirings, rejections } = wirePod(pod, INVENTORY_OPTIONS);
  assert.deepEqual(rejections, []);
  return wirings.map(({ host, path, port }) => `${host}${path} ${port}`);
}

const ROUTES: Readonly<Record<string, readonly string[]>> = {
  web: [
    'shop.example.com/ 3000',
    'shop.example.com/admin 3001',
    'www.shop.example.com/ 3000',
    'www.shop.example.com/admin 3001',
  ],
  api: ['shop.example.com/api 8080', '*.api.example.com/api 8080'],
  reports: ['reports.example.com/ 8080'],
  'nodejs-k8s-env': ['test.k8s.local/nodejs 3000'],
  streams: ['streams.example.com/ 3000'],
  hello: ['hello.example.com/ 3000'],
};

test('every Deployment of the examples declares the routes that its comments describe', () => {
  const deployments = manifests.filter(({ kind }) => kind === 'Deployment');
  assert.deepEqual(Object.fromEntries(deployments.map((it) => [it.metadata.name, routesOf(it)])), ROUTES);
});

test('the Secret of the examples holds two keys', () => {
  const secret = readSecret(
    manifests.find(({ kind }) => kind === 'Secret'),
    'api-key',
  );
  assert.deepEqual([secret?.name, secret?.digests.length, secret?.rejections], ['routing', 2, []]);
});

interface Issuer {
  readonly spec: {
    readonly acme: {
      readonly solvers: readonly {
        readonly http01?: { readonly ingress: { readonly podTemplate: Template } };
      }[];
    };
  };
}

interface Template {
  readonly metadata: { readonly labels: Readonly<Record<string, string>>; readonly annotations: object };
}

test("cert-manager's solver of the HTTP-01 example declares the path of the challenge, and is selected", () => {
  const issuer = manifests.find(({ kind }) => kind === 'Issuer') as unknown as Issuer;
  const [solver] = issuer.spec.acme.solvers;
  const { podTemplate } = solver?.http01?.ingress ?? assert.fail();
  assert.equal(podTemplate.metadata.labels['routable'], 'true');
  // As cert-manager creates it: one container, which declares its port.
  const spec = { containers: [{ name: 'acmesolver', ports: [{ name: 'http', containerPort: 8_089 }] }] };
  const routes = routesOf({
    kind: 'Pod',
    metadata: { name: 'cm-acme-http-solver-x' },
    spec: { template: { metadata: podTemplate.metadata, spec } },
  });
  assert.deepEqual(routes, ['shop.example.com/.well-known/acme-challenge/ 8089']);
});

test('the certificates of the examples are in the Secrets that podway reads', () => {
  const secrets = manifests
    .filter(({ kind }) => kind === 'Certificate')
    .map(
      ({ metadata, spec }) =>
        `${metadata.namespace}/${(spec as unknown as { secretName: string }).secretName}`,
    );
  assert.deepEqual(secrets.toSorted(), ['podway/wildcard-tls', 'shop/routing-tls', 'shop/routing-tls']);
});
