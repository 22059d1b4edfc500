const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \1-----/g;

export interface PemBlock {
  /** `CERTIFICATE`, `PRIVATE KEY`, ... */
  readonly label: string;
  /** The whole block, formatted as in RFC 7468, with a line feed at the end. */
  readonly text: string;
}

/** The blocks of a PEM text. Any line ends are accepted, and text around the blocks is ignored. */
export function pemBlocks(text: string): PemBlock[] {
  return Array.from(text.matchAll(BLOCK), ([, label = '', body = '']) => {
    const lines = body
      .split(/[\r\n]+/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
    return { label, text: [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n') };
  });
}
