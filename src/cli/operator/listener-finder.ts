import { ApiServer } from '../../cluster/api/api-server.ts';
import { serverOf } from '../../cluster/api/kubeconfig.ts';
import { printable } from '../../wiring/rejection.ts';
import { chosenKubeconfig } from '../chosen-kubeconfig.ts';
import { findRouters, listenerAddress } from './find-routers.ts';
import { Listener } from './listener.ts';
import type { CommandContext } from './operator-command.ts';

/** Maximum time until the API server answers, in milliseconds. */
const API_TIMEOUT = 30_000;

/** The listeners that the flags of a command choose. */
export class ListenerFinder {
  readonly #context: CommandContext;
  #api: ApiServer | undefined;
  /** The namespace of the routers that were found last, if all were in one. */
  #namespace: string | undefined;

  constructor(context: CommandContext) {
    this.#context = context;
    this.#namespace = context.common.namespace;
  }

  /**
   * The current listeners.
   *
   * @param single whether all have to be replicas of the same router
   * @throws ApiFailure, SourceError, OperatorError
   */
  async listeners(single: boolean): Promise<readonly Listener[]> {
    const { common, token, signal } = this.#context;
    const { url } = common;
    if (url !== undefined) return [new Listener({ name: printable(url.href), way: url }, token)];
    const api = (this.#api ??= this.#server());
    const pods = await findRouters(api, { ...common, namespace: this.#namespace, single }, signal);
    if (!common.allNamespaces) this.#namespace = pods[0]?.namespace;
    return pods.map((pod) => new Listener(listenerAddress(api, pod, common.port), token));
  }

  #server(): ApiServer {
    const { common, runtime } = this.#context;
    const load = chosenKubeconfig(common, runtime.env);
    serverOf(load);
    return new ApiServer({ load, timeout: API_TIMEOUT });
  }
}
