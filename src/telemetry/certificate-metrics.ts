import { type Family, labelText, slices } from './exposition.ts';

/** What the metrics say of certificates. */
export interface CertificateState {
  /** Different certificates in use for hosts. */
  readonly served: number;
  /** Every Secret that holds one, and every file of podway's own folder. */
  readonly ends: readonly CertificateEnd[];
}

export interface CertificateEnd {
  /** Empty: a file. */
  readonly namespace: string;
  /** The name of the Secret or file. */
  readonly source: string;
  /** When the first of its certificates ends; milliseconds since 1970. */
  readonly notAfter: number;
}

/** Slice by slice; nothing where podway serves no TLS. */
export async function* certificateFamilies(
  state: CertificateState | undefined,
): AsyncGenerator<string, void> {
  if (state === undefined) return;
  yield* slices(served(state));
  yield* slices(ends(state));
}

function served(state: CertificateState): Family<CertificateState> {
  const name = 'podway_tls_certificates';
  const help = 'Different certificates in use for hosts';
  return { name, help, type: 'gauge', items: [state], lines: (it) => `${name} ${it.served}\n` };
}

function ends(state: CertificateState): Family<CertificateEnd> {
  const name = 'podway_tls_certificate_not_after_seconds';
  const help =
    'When the first certificate of a Secret expires, in seconds since 1970; for a file of TLS_CERTIFICATES the namespace is -';
  // An empty label is none to Prometheus.
  const lines = ({ namespace, source, notAfter }: CertificateEnd) =>
    `${name}{${labelText({ namespace: namespace || '-', secret: source })}} ${notAfter / 1_000}\n`;
  return { name, help, type: 'gauge', items: state.ends, lines };
}
