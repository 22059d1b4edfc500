import { podManifest, secretManifest } from '../fixtures/manifest.ts';

/** A routable pod that is Running and Ready. */
export function pod(name: string, more: { namespace?: string; address?: string } = {}) {
  return podManifest({ name, hosts: 't.local', paths: '/', port: 8080, ...more });
}

/** The Secret `routing` of a namespace. */
export function secret(namespace: string, key = 'supersecret') {
  return secretManifest(namespace, { 'api-key': key });
}
