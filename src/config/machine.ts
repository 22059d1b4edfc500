/** What `auto` depends on. */
export interface Machine {
  /** Cores that this process may use at once; a fraction where a quota says so. */
  readonly cores: number;
  /** Bytes that this process may use. */
  readonly memory: number;
  /** This process's limit of open files; Infinity when there is none. */
  readonly openFiles: number;
  /** The kernel deals the clients of a port out among its listeners. */
  readonly sharesPorts: boolean;
  /** Of its network interfaces; absent: none is known. */
  readonly addresses?: readonly string[];
}
