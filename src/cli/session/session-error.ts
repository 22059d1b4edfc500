/** Why there is no session, or none any more; the message is one printable line. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
}
