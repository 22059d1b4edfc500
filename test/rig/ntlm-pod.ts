import { ok, type OriginConnection, type OriginRequest } from './origin.ts';

const SIGNATURE = 'NTLMSSP\0';

/** The smallest CHALLENGE_MESSAGE that clients take: Unicode and NTLM, eight bytes of challenge (MS-NLMP section 2.2.1.2). */
function challenge(): Buffer {
  const message = Buffer.alloc(48);
  message.write(SIGNATURE, 'latin1');
  message.writeUInt32LE(2, 8);
  message.writeUInt32LE(48, 16);
  message.writeUInt32LE(0x00000201, 20);
  message.write('podway!!', 24, 'latin1');
  message.writeUInt32LE(48, 44);
  return message;
}

/** The user of an AUTHENTICATE_MESSAGE (MS-NLMP section 2.2.1.3); passwords are nobody's business here. */
function userOf(message: Buffer): string {
  const length = message.readUInt16LE(36);
  const at = message.readUInt32LE(40);
  return message.toString('utf16le', at, at + length);
}

function refusal(...lines: string[]): string {
  return ['HTTP/1.1 401 Unauthorized', ...lines, 'Content-Length: 0', '', ''].join('\r\n');
}

/**
 * What an NTLM server does: it logs in connections. Whoever asks on one that is logged in gets that user's mail. By name,
 * for raw clients: `Authorization: NTLM ask`, then `NTLM alice`; and by real messages for curl.
 */
export function ntlmPod(scheme = 'NTLM'): (request: OriginRequest) => void {
  const users = new WeakMap<OriginConnection, string>();
  return (request) => {
    const { connection } = request;
    const [said, token = ''] = (request.value('authorization') ?? '').split(' ');
    const message = Buffer.from(token, 'base64');
    const type = message.toString('latin1', 0, 8) === SIGNATURE ? message.readUInt32LE(8) : 0;
    const user = users.get(connection);
    if (said === scheme && (token === 'ask' || type === 1)) {
      connection.socket.write(refusal(`WWW-Authenticate: ${scheme} ${challenge().toString('base64')}`));
    } else if (said === scheme) {
      const name = type === 3 ? userOf(message) : token;
      users.set(connection, name);
      connection.socket.write(ok(`mail of ${name}`));
    } else if (user === undefined) {
      connection.socket.write(refusal(`WWW-Authenticate: Basic realm="a, b", ${scheme}`));
    } else connection.socket.write(ok(`mail of ${user}`));
  };
}
