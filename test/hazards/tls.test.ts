/** Actions of clients at the TLS port: group TL of the catalogue. */
import { CLIENT_CERTIFICATES, CONNECTIONS, STRICT } from './tls-connection-rows.ts';
import { HOSTS, NAMES, NO_TLS, REDIRECTS, REFUSED, SESSIONS } from './tls-rows.ts';
import { checkTls } from './tls-harness.ts';
import { everyNth } from '../fixtures/wide.ts';

checkTls('bytes that are not TLS reach no pod', everyNth(2, NO_TLS));
checkTls('a client that cannot be served is refused with an alert', everyNth(2, REFUSED));
checkTls('a client that names a host gets the certificate', everyNth(2, NAMES));
checkTls('a session is resumed', everyNth(2, SESSIONS));
checkTls('a host that the certificate does not cover', everyNth(2, HOSTS));
checkTls('a request without TLS is redirected to https', everyNth(2, REDIRECTS));
checkTls("a client's certificate", everyNth(2, CLIENT_CERTIFICATES));
checkTls('a response has Strict-Transport-Security', everyNth(2, STRICT));
checkTls('a connection over TLS', everyNth(2, CONNECTIONS));
