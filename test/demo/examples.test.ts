import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { readPod } from '../../src/wiring/pod.ts';
import { readSecret } from '../../src/wiring/secret.ts';
import { wirePod } from '../../src/wiring/wiring.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';

const FOLDER = new URL('../../examples/', import.meta.url);

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: { readonly template: { readonly metadata: object; readonly spec: object } };
}

const manifests = readdirSync(FOLDER).flatMap((file) =>
  parseAllDocuments(readFileSync(new URL(file, FOLDER), 'utf8')).map(
    (document) => document.toJS() as Manifest,
  ),
);

/** The routes of the first pod that the Deployment would make. */
function routesOf({ metadata, spec }: Manifest): string[] {
  const template = spec?.template;
  const pod = readPod(
    {
      ...template,
      metadata: { ...template?.metadata, ...metadata },
      status: { phase: 'Running', podIP: '10.0.0.1' },
    },
    { hosts: 'routingHosts', paths: 'routingPaths' },
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
};

test('every Deployment of the examples asks for the routes that its comments tell of', () => {
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
