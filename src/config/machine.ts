/** Properties of the machine on which the `auto` of settings depends. */
export interface Machine {
  /** Cores that this process may use at once; a quota may be a fraction. */
  readonly cores: number;
  /** Bytes that this process may use. */
  readonly memory: number;
  /** This process's limit of open files; Infinity = no limit. */
  readonly openFiles: number;
  /** The kernel distributes the clients of a port among its listeners (SO_REUSEPORT of Linux). */
  readonly sharesPorts: boolean;
  /** Addresses of its network interfaces; absent: unknown. */
  readonly addresses?: readonly string[];
}
