/** The address in the form of a URL's host: IPv6 in brackets (RFC 3986 section 3.2.2). */
export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** `address:port`, with an IPv6 address in brackets. */
export function authority({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${bracketed(address)}:${port}`;
}
