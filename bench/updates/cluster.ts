import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface ClusterOptions {
  readonly pods: number;
  /** The number of hosts that the pods share. */
  readonly hosts: number;
}

export interface ChangeOptions {
  /** Changes per second. */
  readonly rate: number;
  readonly seconds: number;
  /** Report one of this number of changes when it is sent. */
  readonly every: number;
}

/** A change that has been sent to the router. */
export interface PodMove {
  readonly host: string;
  /** The new address of the host's pod. */
  readonly address: string;
  /** The time of the change, in milliseconds of the shared clock. */
  readonly at: number;
}

export type ClusterMessage =
  | { readonly type: 'started'; readonly kubeconfig: string }
  | ({ readonly type: 'sent' } & PodMove)
  | { readonly type: 'made'; readonly changes: number };

/** An API server with pods that move, in a separate thread. */
export class Cluster {
  readonly kubeconfig: string;
  readonly #thread: Worker;

  private constructor(thread: Worker, kubeconfig: string) {
    this.#thread = thread;
    this.kubeconfig = kubeconfig;
  }

  static async start(options: ClusterOptions): Promise<Cluster> {
    const thread = new Worker(new URL('./cluster-thread.ts', import.meta.url), { workerData: options });
    const [message] = (await once(thread, 'message')) as [ClusterMessage];
    if (message.type !== 'started') throw new Error(`expected the start, got ${message.type}`);
    return new Cluster(thread, message.kubeconfig);
  }

  /** Moves pods. Resolves with their number when all changes have been sent. */
  change(options: ChangeOptions, sent: (moved: PodMove) => void): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    const received = (message: ClusterMessage): void => {
      if (message.type === 'sent') sent(message);
      if (message.type !== 'made') return;
      this.#thread.off('message', received);
      resolve(message.changes);
    };
    this.#thread.on('message', received);
    this.#thread.postMessage(options);
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.terminate();
  }
}
