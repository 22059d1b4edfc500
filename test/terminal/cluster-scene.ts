import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { Rule } from '../fixtures/kubernetes-api/authorise.ts';
import { freePort } from '../fixtures/free-ports.ts';
import { identity } from '../fixtures/transports.ts';
import { type Podway, startPodway } from '../process/podway.ts';
import { pod } from '../cluster/objects.ts';

/** The token of podway's own service account, which may not enter any pod. */
const OWN_TOKEN = 'token-of-podway';
const OWN_RULES: readonly Rule[] = [{ verbs: ['get', 'list', 'watch'], resources: ['pods', 'secrets'] }];

/** The token of a user who may enter pods of the namespace `default`. */
export const USER_TOKEN = 'token-of-the-user';
export const USER_RULES: readonly Rule[] = [
  { verbs: ['get', 'watch', 'list'], resources: ['pods'], namespace: 'default' },
  { verbs: ['get', 'create'], resources: ['pods/exec', 'pods/attach'], namespace: 'default' },
];

/** A podway process with TERMINAL_PORT, and an API server that has two users. */
export class ClusterScene {
  readonly api: KubernetesApi;
  readonly podway: Podway;
  /** The port of the terminals. */
  readonly port: number;

  private constructor(api: KubernetesApi, podway: Podway, port: number) {
    this.api = api;
    this.podway = podway;
    this.port = port;
  }

  /** Runs pod `a`. Resolves when podway is ready. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<ClusterScene> {
    const api = await KubernetesApi.start({ tls: await identity(), token: OWN_TOKEN, rules: OWN_RULES });
    api.users.set(USER_TOKEN, { name: 'jane', rules: USER_RULES });
    api.run(pod('a'));
    const port = await freePort();
    const podway = await startPodway({
      kubeconfig: JSON.parse(api.kubeconfig()),
      env: { TERMINAL_PORT: String(port), LOG_LEVEL: 'error', PATH: process.env['PATH'] ?? '', ...env },
    });
    await podway.until(200);
    return new ClusterScene(api, podway, port);
  }

  /** The lines of the log about terminals so far; those of the audit log (AUDIT_LOG) have the type `audit`. */
  audit(type?: 'audit'): Record<string, unknown>[] {
    const isAbout = (line: string) =>
      line.includes('"terminal"') && line.includes('"type":"audit"') === (type === 'audit');
    const lines = this.podway.stdout.split('\n').filter(isAbout);
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async metrics(): Promise<string> {
    return (await this.podway.admin('/metrics')).body;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.podway[Symbol.asyncDispose]();
    await this.api[Symbol.asyncDispose]();
  }
}
