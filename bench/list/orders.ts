export interface ClusterOrders {
  readonly pods: number;
  /** That the pods share; each has one of its own besides. */
  readonly hosts: number;
  /** See `benchPod`. */
  readonly fields: number;
  readonly lists: 'paged' | 'streamed';
}

/** Milliseconds since 1970. */
export type ClusterReport = { readonly kubeconfig: string } | { readonly askedAt: number };
