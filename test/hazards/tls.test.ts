/** Actions of clients at the TLS port: group TL of the catalogue. */
import { CLIENT_CERTIFICATES, CONNECTIONS, STRICT } from './tls-connection-rows.ts';
import { HOSTS, NAMES, NO_TLS, REDIRECTS, REFUSED, SESSIONS } from './tls-rows.ts';
import { checkTls } from './tls-harness.ts';

checkTls('bytes that are not TLS reach no pod', NO_TLS);
checkTls('a client that cannot be served is refused with an alert', REFUSED);
checkTls('a client that names a host gets the certificate', NAMES);
checkTls('a session is resumed', SESSIONS);
checkTls('a host that the certificate does not cover', HOSTS);
checkTls('a request without TLS is redirected to https', REDIRECTS);
checkTls("a client's certificate", CLIENT_CERTIFICATES);
checkTls('a response has Strict-Transport-Security', STRICT);
checkTls('a connection over TLS', CONNECTIONS);
