/**
 * Why a tunnel to a port of a pod was not opened, or broke: the `code` of the error that ends its stream. With every
 * code except ECONNRESET, no program in the pod has received any written byte, so podway may send all of them to
 * another pod.
 */
export type TunnelCode =
  /** Nothing listens there, the pod or its sandbox is gone, or its node cannot be reached. */
  | 'EPODREFUSED'
  /** The container runtime could not connect in time. */
  | 'EPODTIMEOUT'
  /** The API server took too long. */
  | 'ETIMEDOUT'
  /** The API server does not allow it (403), or does not accept the credentials (401). */
  | 'ETUNNELFORBIDDEN'
  /** The API server asks for fewer requests (429). */
  | 'ETUNNELTHROTTLED'
  /** The API server cannot be reached, is starting or ending, or answered 5xx. */
  | 'ETUNNELUNAVAILABLE'
  /** The limits on tunnels left no turn for this tunnel in time. */
  | 'ETUNNELLIMIT'
  /** The tunnel broke after it was open: what the pod received is unknown. */
  | 'ECONNRESET';
