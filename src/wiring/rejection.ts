import type { ObjectId } from './object-id.ts';
import { unicodeEscape } from './unicode-escape.ts';

/**
 * Why podway rejected a part of an object. The list is closed; log, metric label and `/routes` use the same reasons. Each
 * text describes what podway expects instead.
 */
export const REJECTIONS = {
  'annotation-unknown': 'the annotation names in HOSTS_ANNOTATION, PATHS_ANNOTATION and OPTIONS_ANNOTATION',
  'label-unknown': 'labels that ROUTABLE_LABEL_SELECTOR selects; until then podway does not route to the pod',
  'annotation-too-long': 'an annotation of at most 262,144 characters',
  'too-many-routes':
    'at most MAX_ROUTES_PER_POD routes of one pod (hosts times paths); podway uses the first ones',
  'too-many-routes-of-namespace':
    'at most MAX_ROUTES_PER_NAMESPACE routes of one namespace; podway uses the first ones in the order of host and path',
  'too-many-routes-of-all':
    'at most MAX_ROUTES routes in all namespaces; the namespaces with the most routes lose their last ones in the order of host and path',
  'address-of-no-pod':
    'an address that a pod can have: not loopback, unspecified, link-local, multicast or broadcast',
  'address-of-podway': 'another address and port than those on which podway listens',
  'host-network': 'a pod without hostNetwork (HOST_NETWORK_PODS=true allows it)',
  'too-many-ports': 'at most 16 ports of a pod for one path',
  'more-rejections': 'at most 100 rejections of one object; podway does not list the others',
  'host-malformed': 'labels of a-z, 0-9 and inner hyphens, joined by dots; IPv4; [IPv6]; or *.example.com',
  'host-too-long': 'a host of at most 253 characters',
  'host-has-port': 'a host without a port: the port belongs in the paths annotation',
  'host-trailing-dot': 'a host without a trailing dot',
  'paths-missing': 'both the hosts and the paths annotation',
  'not-port-path': 'PORT:PATH or PORT:HOST/PATH (write a colon in the path as %3A)',
  'port-malformed': 'a decimal port, 1 to 65535',
  'port-not-declared': 'a TCP containerPort that the pod declares',
  'path-malformed':
    "a path that begins with / and contains only letters, digits, -._~!$&'()*+,;=@ and %XX escapes",
  'path-empty-segment': 'a path without //',
  'path-dot-segment': 'a path without . and .. segments (also escaped ones), %00 and overlong UTF-8',
  'option-unknown': 'only options that podway knows (docs/options.md)',
  'option-malformed':
    'NAME, NAME=VALUE or NAME="VALUE", with a value that this option accepts (docs/options.md)',
  'option-repeated': 'each option at most once after a path, and at most once in the options annotation',
  'option-conflict': 'options that can be combined (docs/options.md)',
  'option-not-allowed': 'an option that the setting OPTIONS allows',
  'option-over-limit':
    'a value within the limits of the settings (MAX_ROUTE_TIMEOUT, MAX_ROUTE_BUFFER, CLIENT_MAX_BODY_SIZE)',
  'auth-unknown': 'the name of a service, in lower case, that the operator defines with AUTH_<NAME>_URL',
  'https-unknowable':
    "the setting TLS_PORT, or TRUSTED_PROXIES that report the client's scheme; otherwise https would redirect forever",
  'redirect-loop': 'a redirect to another host or path than those of its own item',
  'option-without-item': 'an option after the PORT:PATH to which it belongs',
  'options-differ':
    'the same options wherever an annotation repeats a port, host and path; until then requests for that path get 503',
  'hosts-missing': 'a host before the path (PORT:HOST/PATH), or a hosts annotation',
  'key-missing':
    'a Secret with the configured field; until then podway refuses every request for its namespace',
  'key-empty': 'a key of at least one byte',
  'key-malformed': 'standard padded base64',
  'too-many-keys': 'at most 100 keys in one Secret; podway uses the first ones in the order of their fields',
  'tls-pair-incomplete': 'a certificate and its private key, NAME.crt and NAME.key (tls.crt and tls.key)',
  'tls-not-pem': 'PEM text (-----BEGIN CERTIFICATE-----, -----BEGIN PRIVATE KEY-----)',
  'tls-too-long': 'at most 64 KiB of PEM text, and at most ten certificates in a chain',
  'tls-too-many-pairs':
    'at most 20 pairs in one Secret; podway uses tls.crt and the first other ones in the order of their names',
  'tls-too-many-names': 'a certificate for at most 250 names',
  'tls-names-missing':
    'a subjectAltName with DNS names or IP addresses; podway does not read the common name',
  'tls-certificate-malformed': 'X.509 certificates',
  'tls-key-malformed': 'a private key in PKCS#8, PKCS#1 or SEC1',
  'tls-key-encrypted': 'a private key without a passphrase',
  'tls-key-unsupported': 'an ECDSA key (P-256, P-384, P-521), RSA of 2048 to 4096 bits, or Ed25519',
  'tls-key-mismatch': 'the private key that belongs to the certificate',
  'tls-leaf-missing': "the server's own certificate, before those of its issuers",
  'tls-expired':
    'a certificate that is valid now; until then podway uses it only where there is no valid one',
  'tls-not-yet-valid':
    'a certificate that is valid now; until then podway uses it only where there is no valid one',
  'tls-host-not-routed': 'a certificate for hosts that pods of the same namespace declare',
  'tls-host-of-operator': "hosts that no certificate in podway's own folder (TLS_CERTIFICATES) names",
  'tls-host-not-trusted':
    "for a host that a wildcard certificate in podway's own folder covers, a chain that leads to a public CA or one in TLS_TENANT_CA_FILE",
  'tls-host-of-another':
    'hosts for which no other namespace that routes them has a certificate; of several, podway uses a valid one, then that of the older Secret',
  'host-not-granted':
    'hosts and paths that its namespace holds: by the hosts annotation of the Namespace, by HOST_GRANTS_DEFAULT, or by HOST_GRANTS_LIST',
  'too-many-grants': 'at most 1,000 grants of one Namespace; podway uses the first ones',
  'wrong-type':
    'fields of the types that the Kubernetes API defines; in YAML, a number, true, yes or on is text only in quotes',
  'not-understood':
    'a Secret that kubectl would apply: apiVersion v1, kind Secret, a name and a namespace; until then podway refuses every request for its namespace',
} as const;

export type RejectionReason = keyof typeof REJECTIONS;

/** Names the rejected object. */
export interface ObjectRef extends ObjectId {
  /** Kind of the Kubernetes API, such as `Pod`. */
  readonly kind: string;
}

export interface Rejection {
  readonly object: ObjectRef;
  readonly reason: RejectionReason;
  /** The rejected item, printable and cut; never a key. */
  readonly detail: string;
}

/** Reports about an object without a rejection; also a closed list. */
export const NOTICES = {
  'host-conflict':
    'with HOST_GRANTS=enforce podway routes the host only to namespaces that hold it (docs/tenancy.md)',
} as const;

export interface Notice {
  readonly object: ObjectRef;
  readonly reason: keyof typeof NOTICES;
  readonly detail: string;
}

/** The reference to a Pod for a rejection. */
export function referTo({ uid, namespace, name }: ObjectId): ObjectRef {
  return { kind: 'Pod', uid, namespace, name };
}

const MAX_DETAIL = 200;

/**
 * `text` as printable ASCII for a log line: other characters (controls, line breaks, non-ASCII) are escaped as `\uXXXX`, and
 * the result is cut after `longest` characters.
 */
export function printable(text: string, longest = MAX_DETAIL): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}...` : text;
  const escaped = cut.replace(/[^\x20-\x7e]/g, unicodeEscape);
  return escaped.length > longest + 3 ? `${escaped.slice(0, longest)}...` : escaped;
}
