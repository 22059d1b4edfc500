/** What clients do to the TLS port: group TL of the catalogue. */
import { CLIENT_CERTIFICATES, CONNECTIONS, STRICT } from './tls-connection-rows.ts';
import { HOSTS, NAMES, NO_TLS, REDIRECTS, REFUSED, SESSIONS } from './tls-rows.ts';
import { checkTls } from './tls-stage.ts';

checkTls('what is no TLS reaches no pod', NO_TLS);
checkTls('who cannot be served is refused with an alert', REFUSED);
checkTls('a client that names a host gets the certificate', NAMES);
checkTls('a session is continued', SESSIONS);
checkTls('a host that the certificate is not for', HOSTS);
checkTls('a request without TLS is sent to https', REDIRECTS);
checkTls("a client's certificate", CLIENT_CERTIFICATES);
checkTls('an answer tells browsers to come by TLS only', STRICT);
checkTls('a connection over TLS', CONNECTIONS);
