export interface ClusterOptions {
  readonly pods: number;
  /** The number of hosts that the pods share. Each pod also has its own host. */
  readonly hosts: number;
  /** See `benchPod`. */
  readonly fields: number;
  readonly lists: 'paged' | 'streamed';
}

/** `askedAt`: the time of the first request for pods, in milliseconds since 1970. */
export type ClusterReport = { readonly kubeconfig: string } | { readonly askedAt: number };
