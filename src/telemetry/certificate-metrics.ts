import { type Family, labelText, slices } from './exposition.ts';

/** What the metrics report about certificates. */
export interface CertificateState {
  /** Different certificates in use for hosts. */
  readonly served: number;
  /** One entry for every Secret with a certificate, and for every file of podway's own folder. */
  readonly ends: readonly CertificateEnd[];
}

export interface CertificateEnd {
  /** Empty for a file. */
  readonly namespace: string;
  /** The name of the Secret or file. */
  readonly source: string;
  /** When the first of its certificates expires, in milliseconds since 1970. */
  readonly notAfter: number;
}

/** Renders the families slice by slice; none if podway does not terminate TLS. */
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
  // For Prometheus, an empty label is an absent one.
  const lines = ({ namespace, source, notAfter }: CertificateEnd) =>
    `${name}{${labelText({ namespace: namespace || '-', secret: source })}} ${notAfter / 1_000}\n`;
  return { name, help, type: 'gauge', items: state.ends, lines };
}
