import type { ObjectId } from './object-id.ts';
import { unicodeEscape } from './unicode-escape.ts';

/**
 * Why a part of what an object asks for was refused: a closed list, the same words in log, metric label and `/routes`.
 * The text says what is expected instead.
 */
export const REJECTIONS = {
  'annotation-unknown':
    'annotations by the names that HOSTS_ANNOTATION, PATHS_ANNOTATION and OPTIONS_ANNOTATION say',
  'label-unknown': 'the labels that ROUTABLE_LABEL_SELECTOR says; until then the pod is not routed',
  'annotation-too-long': 'an annotation has at most 262,144 characters',
  'too-many-routes':
    'at most MAX_ROUTES_PER_POD routes of one pod, hosts times paths; the first of them count',
  'too-many-routes-of-namespace':
    'at most MAX_ROUTES_PER_NAMESPACE routes of one namespace; the first count, in the order of host and path',
  'too-many-routes-of-all':
    'at most MAX_ROUTES routes in all; the namespaces with most lose their last ones, in the order of host and path',
  'address-of-no-pod':
    'an address that a pod can have: not loopback, unspecified, link-local, multicast or broadcast',
  'address-of-podway': "not podway's own address with a port on which it listens",
  'host-network': 'a pod without hostNetwork (HOST_NETWORK_PODS=true allows it)',
  'too-many-ports': 'at most 16 ports of a pod for one path',
  'more-rejections': 'only the first 100 rejections of an object are kept',
  'host-malformed': 'labels of a-z, 0-9 and inner hyphens, joined by dots; IPv4; [IPv6]; or *.example.com',
  'host-too-long': 'a host has at most 253 characters',
  'host-has-port': 'a host without port: the port belongs to the paths annotation',
  'host-trailing-dot': 'a host without trailing dot',
  'paths-missing': 'a pod with hosts also needs the paths annotation',
  'not-port-path': 'PORT:PATH or PORT:HOST/PATH (a colon in the path is written %3A)',
  'port-malformed': 'a decimal port, 1 to 65535',
  'port-not-declared': 'a TCP containerPort that the pod declares',
  'path-malformed':
    "a path that begins with / and has only letters, digits, -._~!$&'()*+,;=@ and %XX escapes",
  'path-empty-segment': 'a path without //',
  'path-dot-segment': 'a path without . and .. segments (escaped ones included), %00 and overlong UTF-8',
  'option-unknown': 'after a path only options that podway knows (docs/options.md)',
  'option-malformed':
    'NAME, NAME=VALUE or NAME="VALUE", with a value that this option accepts (docs/options.md)',
  'option-repeated': 'each option once after a path, and once in the options annotation',
  'option-conflict': 'options that may be combined (docs/options.md)',
  'option-not-allowed': 'one of the options that the setting OPTIONS allows',
  'option-over-limit':
    'a value within the limits of the settings (MAX_ROUTE_TIMEOUT, MAX_ROUTE_BUFFER, CLIENT_MAX_BODY_SIZE)',
  'auth-unknown':
    'a service that the operator defines with AUTH_<NAME>_URL; its name is written in lower case',
  'https-unknowable':
    "TLS_PORT, or TRUSTED_PROXIES that report the client's scheme; otherwise https would redirect forever",
  'redirect-loop': 'a redirect away from the path and host of its own item',
  'option-without-item': 'an option after the PORT:PATH to which it belongs',
  'options-differ':
    'the same options after the same port, host and path; until then requests for that path get 503',
  'hosts-missing': 'a host before the path (PORT:HOST/PATH), or a hosts annotation',
  'key-missing': 'a Secret with the configured field; until then its namespace denies every request',
  'key-empty': 'a key of at least one byte',
  'key-malformed': 'standard padded base64',
  'too-many-keys': 'at most 100 keys in one Secret; the first count, in the order of their fields',
  'tls-pair-incomplete': 'a certificate and its private key, NAME.crt and NAME.key (tls.crt and tls.key)',
  'tls-not-pem': 'PEM text (-----BEGIN CERTIFICATE-----, -----BEGIN PRIVATE KEY-----)',
  'tls-too-long': 'at most 64 KiB of PEM text, and at most ten certificates in a chain',
  'tls-too-many-pairs':
    'at most 20 pairs in one Secret; tls.crt and the first others count, in the order of their names',
  'tls-too-many-names': 'a certificate for at most 250 names',
  'tls-names-missing': 'a subjectAltName with DNS names or IP addresses; the common name is not read',
  'tls-certificate-malformed': 'X.509 certificates',
  'tls-key-malformed': 'a private key in PKCS#8, PKCS#1 or SEC1',
  'tls-key-encrypted': 'a private key without a passphrase',
  'tls-key-unsupported': 'an ECDSA key (P-256, P-384, P-521), RSA of 2048 to 4096 bits, or Ed25519',
  'tls-key-mismatch': 'the private key of the certificate',
  'tls-leaf-missing': "the server's own certificate, before those of its issuers",
  'tls-expired': 'a certificate that is valid now; until then it is used only where no valid one is',
  'tls-not-yet-valid': 'a certificate that is valid now; until then it is used only where no valid one is',
  'tls-host-not-routed': 'names of hosts that a pod of the same namespace declares',
  'tls-host-of-operator': "hosts that no certificate of podway's own folder (TLS_CERTIFICATES) names",
  'tls-host-not-trusted':
    "where a wildcard of podway's own folder covers the host: a chain that leads to a public CA or one of TLS_TENANT_CA_FILE",
  'tls-host-of-another':
    'hosts for which no other namespace that routes them has a certificate: a valid one wins, then the older Secret',
  'host-not-granted':
    'hosts and paths that its namespace holds: by the hosts annotation of the Namespace, by HOST_GRANTS_DEFAULT, or by HOST_GRANTS_LIST',
  'too-many-grants': 'at most 1,000 grants of one Namespace; the first of them count',
  'wrong-type':
    'fields of the types that the Kubernetes API has; YAML reads a number, true, yes or on as text only in quotes',
  'not-understood':
    'a Secret that kubectl would apply: apiVersion v1, kind Secret, a name and a namespace; until then its namespace denies every request',
} as const;

export type RejectionReason = keyof typeof REJECTIONS;

/** Names the object that asked. */
export interface ObjectRef extends ObjectId {
  /** As the API names it: `Pod`. */
  readonly kind: string;
}

export interface Rejection {
  readonly object: ObjectRef;
  readonly reason: RejectionReason;
  /** The refused item, printable and cut; never a key. */
  readonly detail: string;
}

/** What is reported of an object of which nothing is rejected: a closed list, too. */
export const NOTICES = {
  'host-conflict': 'with HOST_GRANTS=enforce only namespaces that hold it are routed (docs/tenancy.md)',
} as const;

export interface Notice {
  readonly object: ObjectRef;
  readonly reason: keyof typeof NOTICES;
  readonly detail: string;
}

/** The object as a rejection names it. */
export function referTo({ uid, namespace, name }: ObjectId): ObjectRef {
  return { kind: 'Pod', uid, namespace, name };
}

const MAX_DETAIL = 200;

/**
 * `text` fit for a log line: no controls, no line breaks, no invisible or 8-bit characters, and cut after `longest` of them.
 */
export function printable(text: string, longest = MAX_DETAIL): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}...` : text;
  const escaped = cut.replace(/[^\x20-\x7e]/g, unicodeEscape);
  return escaped.length > longest + 3 ? `${escaped.slice(0, longest)}...` : escaped;
}
