import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesTools } from '../fixtures/kubernetes-tools.ts';
import { runProgram } from './release.ts';
import { startStrictApi } from './strict-api.ts';

/** `kubectl apply` in a server-side dry run, with strict validation; `taken`: the objects that the server accepted. */
export async function applyStrictly({ kubectl }: KubernetesTools, yaml: string) {
  await using api = await startStrictApi();
  // kubectl caches discovery by the server's address, which another test may have had.
  const cache = await mkdtemp(join(tmpdir(), 'podway-kubectl-'));
  try {
    const server = ['--kubeconfig=/dev/null', '--server', api.url, '--cache-dir', cache];
    const dry = ['apply', '--dry-run=server', '--validate=strict', '--output=name', '--filename=-'];
    return { ...(await runProgram(kubectl, [...server, ...dry], yaml)), taken: api.taken };
  } finally {
    await rm(cache, { recursive: true });
  }
}
