import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import type { KubeConfig, User } from '@kubernetes/client-node';
import { printable } from '../../../wiring/rejection.ts';
import { SourceError } from '../../source.ts';
import { type ExecPlugin, type PluginCredential, runPlugin } from './exec-plugin.ts';

type Authenticator = Parameters<KubeConfig['addAuthenticator']>[0];

interface LoginOptions {
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  readonly basic: string | undefined;
  readonly plugin: ExecPlugin | undefined;
}

/** Authenticates the user of a kubeconfig, in client-go's order: a token file before a token, a plugin last. */
export class Login implements Authenticator {
  static readonly NAME = 'podway';
  readonly #options: LoginOptions;
  #credential: PluginCredential | undefined;

  constructor(options: LoginOptions) {
    this.#options = options;
  }

  isAuthProvider(user: User): boolean {
    return (user.authProvider as { readonly name?: unknown } | undefined)?.name === Login.NAME;
  }

  async applyAuthentication(_: User, request: RequestOptions): Promise<void> {
    const { basic, plugin } = this.#options;
    const authorize = (value: string) => {
      request.headers = { ...(request.headers as Record<string, string> | undefined), Authorization: value };
    };
    const token = this.#token();
    if (token !== undefined) return authorize(`Bearer ${token}`);
    if (basic !== undefined) return authorize(`Basic ${basic}`);
    if (plugin === undefined) return;
    const credential = await this.#request(plugin);
    if (credential.token !== undefined) authorize(`Bearer ${credential.token}`);
    if (credential.certificate !== undefined) request.cert = credential.certificate;
    if (credential.key !== undefined) request.key = credential.key;
  }

  /** Reads the token file for each session: the kubelet replaces it within the hour. */
  #token(): string | undefined {
    const { token, tokenFile } = this.#options;
    if (tokenFile === undefined) return token;
    try {
      return readFileSync(tokenFile, 'utf8').trim() || token;
    } catch (error) {
      if (token !== undefined) return token;
      throw new SourceError(`the token file ${printable(tokenFile)} cannot be read`, { cause: error });
    }
  }

  /** The credential of a plugin, until it expires. After a 401 podway reads the whole kubeconfig again, without it. */
  async #request(plugin: ExecPlugin): Promise<PluginCredential> {
    if (this.#credential === undefined || this.#credential.expires <= Date.now()) {
      this.#credential = await runPlugin(plugin);
    }
    return this.#credential;
  }
}
