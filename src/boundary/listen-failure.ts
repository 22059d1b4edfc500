export interface ListenPlace {
  /** The variable or the flag that chose the port. */
  readonly setting: string;
  /** '' = all addresses. */
  readonly address: string;
  readonly port: number;
}

const CAUSES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is already in use',
  EACCES: 'this user has no permission; choose a port above 1023',
  EADDRNOTAVAIL: 'this machine has no such address',
};

/** One line for the user about a port on which podway cannot listen. */
export function listenFailure(place: ListenPlace, error: { code?: string; message: string }): string {
  const { setting, address, port } = place;
  const where = address === '' ? `port ${port}` : `${address} port ${port}`;
  return `cannot listen on ${where} (${setting}): ${CAUSES[error.code ?? ''] ?? error.message}`;
}
