import type { AnnotationNames } from '../wiring/pod.ts';

/** Which objects podway follows, from any source. */
export interface SourceScope {
  /** One namespace; undefined for all. */
  readonly namespace: string | undefined;
  /** A Kubernetes label selector that chooses the pods. */
  readonly labelSelector: string;
  /** The Secret of this name holds a namespace's keys, in the field and in every field named `<field>.<suffix>`. */
  readonly secretName: string;
  readonly secretField: string;
  /** Secrets of these names hold certificates; empty if podway serves no TLS. */
  readonly tlsSecrets: readonly string[];
  /** podway also follows Namespaces, which name the hosts that they hold. */
  readonly namespaces?: boolean | undefined;
  readonly annotations: AnnotationNames;
}
