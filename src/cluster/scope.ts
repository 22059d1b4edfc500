import type { AnnotationNames } from '../wiring/pod.ts';

/** Which objects are followed, wherever they come from. */
export interface SourceScope {
  /** One namespace; all of them when undefined. */
  readonly namespace: string | undefined;
  /** A Kubernetes label selector; it chooses the pods. */
  readonly labelSelector: string;
  /** The Secret of this name holds a namespace's keys, in the field and in every field named `<field>.<suffix>`. */
  readonly secretName: string;
  readonly secretField: string;
  /** Secrets of these names hold certificates; none where podway serves no TLS. */
  readonly tlsSecrets: readonly string[];
  /** Namespaces are followed, too: they say which hosts they hold. */
  readonly namespaces?: boolean | undefined;
  readonly annotations: AnnotationNames;
}
