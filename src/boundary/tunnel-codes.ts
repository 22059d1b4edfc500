/**
 * Why a tunnel to a port of a pod was not opened, or broke: the `code` of the error that ends its stream. With every code but
 * ECONNRESET no byte of what was written has reached a program in the pod, so that another pod may get all of it.
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
  /** As many tunnels are open as may be, or wait to be. */
  | 'ETUNNELLIMIT'
  /** It broke after it was open: what the pod got is unknown. */
  | 'ECONNRESET';
