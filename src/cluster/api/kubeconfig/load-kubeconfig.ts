import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Cluster, User } from '@kubernetes/client-node';
import { KubeConfig } from './client-node.ts';
import { bracketed } from '../../../wiring/authority.ts';
import { own } from '../../../wiring/json.ts';
import { printable } from '../../../wiring/rejection.ts';
import { SourceError } from '../../source.ts';
import { execPlugin } from './exec-plugin.ts';
import { type Impersonation, impersonation } from './impersonation.ts';
import { type Entry, pathOf, readKubeconfigFiles, textOf } from './kubeconfig-files.ts';
import { Login } from './login.ts';
import { proxyFromEnvironment } from './proxy.ts';
import type { Environment } from './environment.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const NAME = 'current';
/** The name that client-node gives the context, and that isServiceAccount checks. */
const IN_CLUSTER = 'inClusterContext';

/** Choices that override the kubeconfig files and the machine. */
export interface KubeconfigChoice {
  /** Context to use instead of the current one. */
  readonly context?: string | undefined;
  /** The folder of the pod's service account. */
  readonly serviceAccount?: string;
  /** Token of another user, who replaces the kubeconfig's user completely. */
  readonly token?: string;
}

/** The user of a kubeconfig, with a field that client-node does not know. */
export interface KubeconfigUser extends User {
  readonly impersonation?: Impersonation;
}

function pathsOf(env: Environment): string[] {
  const paths = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (paths.length === 0 && env['HOME']) paths.push(join(env['HOME'], '.kube', 'config'));
  return paths;
}

/**
 * The name of the current context of the kubeconfig files; '' if they name none.
 *
 * @throws SourceError if a file cannot be used
 */
export function currentContext(env: Environment): string {
  return readKubeconfigFiles(pathsOf(env)).currentContext;
}

/**
 * The current context of the files that KUBECONFIG names, else of ~/.kube/config, as kubectl reads them; without any
 * file, the service account of podway's own pod. Undefined if there is neither.
 *
 * @throws SourceError if a file cannot be used
 */
export function loadKubeconfig(env: Environment, choice: KubeconfigChoice = {}): KubeConfig | undefined {
  const { contexts, clusters, users, ...files } = readKubeconfigFiles(pathsOf(env));
  const currentContext = choice.context ?? files.currentContext;
  if (currentContext === '' && contexts.size === 0) return inCluster(env, choice);
  const context = contexts.get(currentContext)?.fields;
  if (currentContext === '') throw new SourceError('the kubeconfig has no current context');
  if (context === undefined)
    throw new SourceError(`the kubeconfig has no context ${printable(currentContext)}`);
  const cluster = clusters.get(textOf(context, 'cluster', 'the current context') ?? '');
  if (cluster === undefined)
    throw new SourceError('the kubeconfig has no current context that names a cluster');
  const theirs = choice.token === undefined ? undefined : userWith(choice.token);
  const user = theirs ?? users.get(textOf(context, 'user', 'the current context') ?? '');
  // As in kubectl, a server without TLS gets no secret and no user name.
  const isSecure = textOf(cluster.fields, 'server', 'the cluster')?.startsWith('https:') ?? false;
  const namespace = textOf(context, 'namespace', 'the current context');
  const known = (isSecure ? user : undefined) ?? { fields: {}, directory: '' };
  return kubeConfigOf(cluster, known, env, { name: NAME, namespace });
}

type DispatcherOptions = ReturnType<KubeConfig['createDispatcherOptions']>;

/** Over HTTP/2 undici joins field lines of one name: the groups a and b would become one group, `a, b`. */
class OverHttp1 extends KubeConfig {
  override createDispatcherOptions(
    ...of: Parameters<KubeConfig['createDispatcherOptions']>
  ): DispatcherOptions {
    const options = super.createDispatcherOptions(...of);
    const http1 = { allowH2: false };
    if (options.type === 'proxy') return { ...options, requestTls: { ...options.requestTls, ...http1 } };
    const connect = options.type === 'agent' ? options.connect : {};
    return options.type === 'socks' ? options : { type: 'agent', connect: { ...connect, ...http1 } };
  }
}

/** Passes on what was read to client-node, which makes TLS options and proxies from it. */
function kubeConfigOf(
  cluster: Entry,
  user: Entry,
  env: Environment,
  { name, namespace }: { readonly name: string; readonly namespace: string | undefined },
): KubeConfig {
  const joined = Object.values(impersonation(user.fields)).some((it) => Array.isArray(it) && it.length > 1);
  const config = joined ? new OverHttp1() : new KubeConfig();
  const [ours, authenticator] = credentials(user, clusterForPlugins(cluster), env);
  config.addAuthenticator(authenticator);
  config.loadFromOptions({
    clusters: [clusterOf(cluster, env)],
    users: [ours],
    contexts: [{ name, cluster: NAME, user: NAME, ...(namespace !== undefined && { namespace }) }],
    currentContext: name,
  });
  return config;
}

function clusterOf(cluster: Entry, env: Environment): Cluster {
  const where = 'the cluster of the kubeconfig';
  const { fields } = cluster;
  const server = textOf(fields, 'server', where)?.replace(/\/$/, '') ?? '';
  const caData = textOf(fields, 'certificate-authority-data', where);
  const caFile = caData === undefined ? pathOf(cluster, 'certificate-authority', where) : undefined;
  const tlsServerName = textOf(fields, 'tls-server-name', where);
  const proxy = textOf(fields, 'proxy-url', where);
  const proxyUrl = proxy ?? (URL.canParse(server) ? proxyFromEnvironment(server, env) : undefined);
  return {
    name: NAME,
    server,
    skipTLSVerify: own(fields, 'insecure-skip-tls-verify') === true,
    ...(caData !== undefined && { caData }),
    ...(caFile !== undefined && { caFile }),
    ...(tlsServerName !== undefined && { tlsServerName }),
    ...(proxyUrl !== undefined && { proxyUrl: checkedProxy(proxyUrl) }),
  };
}

function checkedProxy(url: string): string {
  if (/^(https?|socks5h?):$/.test(URL.parse(url)?.protocol ?? '')) return url;
  throw new SourceError('the proxy URL of the API server is not an http, https or socks5 URL');
}

function clusterForPlugins(cluster: Entry): unknown {
  const file = pathOf(cluster, 'certificate-authority', 'the cluster');
  const { fields } = cluster;
  if (typeof fields !== 'object' || file === undefined || own(fields, 'certificate-authority-data'))
    return fields;
  return { ...fields, 'certificate-authority-data': readFileSync(file).toString('base64') };
}

/**
 * Certificates belong to the user. podway requests the Authorization field and the credentials of plugins for each
 * session.
 */
function credentials(user: Entry, cluster: unknown, env: Environment): [KubeconfigUser, Login] {
  const where = 'the user of the kubeconfig';
  const { fields } = user;
  const certData = textOf(fields, 'client-certificate-data', where);
  const keyData = textOf(fields, 'client-key-data', where);
  const certFile = certData === undefined ? pathOf(user, 'client-certificate', where) : undefined;
  const keyFile = keyData === undefined ? pathOf(user, 'client-key', where) : undefined;
  const provider = own(fields, 'auth-provider') ?? undefined;
  const plugin =
    (own(fields, 'exec') ?? undefined) === undefined ? undefined : execPlugin(user, cluster, env);
  if (plugin !== undefined && provider !== undefined) {
    throw new SourceError(`${where} has an exec and an auth-provider, expected one of them`);
  }
  const login = new Login({
    token: textOf(fields, 'token', where),
    tokenFile: pathOf(user, 'tokenFile', where),
    basic: basicOf(fields, where),
    plugin,
  });
  const ours: KubeconfigUser = {
    name: NAME,
    authProvider: provider ?? { name: Login.NAME },
    impersonation: impersonation(fields),
    ...(certData !== undefined && { certData }),
    ...(keyData !== undefined && { keyData }),
    ...(certFile !== undefined && { certFile }),
    ...(keyFile !== undefined && { keyFile }),
  };
  return [ours, login];
}

function basicOf(fields: unknown, where: string): string | undefined {
  const username = textOf(fields, 'username', where);
  const password = textOf(fields, 'password', where) ?? '';
  return username === undefined ? undefined : Buffer.from(`${username}:${password}`).toString('base64');
}

/** As client-go's rest.InClusterConfig: requires both variables and the token of the service account. */
function inCluster(
  env: Environment,
  { serviceAccount: folder = SERVICE_ACCOUNT, token }: KubeconfigChoice,
): KubeConfig | undefined {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' } = env;
  const tokenFile = join(folder, 'token');
  if (host === '' || port === '' || !existsSync(tokenFile)) return undefined;
  const fields = {
    server: `https://${bracketed(host)}:${port}`,
    'certificate-authority': join(folder, 'ca.crt'),
  };
  const user = token === undefined ? { fields: { tokenFile }, directory: '' } : userWith(token);
  return kubeConfigOf({ fields, directory: '' }, user, env, {
    name: IN_CLUSTER,
    namespace: namespaceOf(folder),
  });
}

function userWith(token: string): Entry {
  return { fields: { token }, directory: '' };
}

function namespaceOf(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'namespace'), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
