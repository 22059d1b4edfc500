export interface ClusterOrders {
  readonly pods: number;
  /** The number of hosts that the pods share; each pod also has a host of its own. */
  readonly hosts: number;
  /** See `benchPod`. */
  readonly fields: number;
  readonly lists: 'paged' | 'streamed';
}

/** Milliseconds since 1970. */
export type ClusterReport = { readonly kubeconfig: string } | { readonly askedAt: number };
