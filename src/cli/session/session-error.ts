/** A session cannot begin, or has ended. The message is one printable line. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
}
