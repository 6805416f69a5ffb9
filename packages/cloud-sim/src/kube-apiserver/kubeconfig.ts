import type { Certificate } from '@kubeedge-sim/sim-kit';

export interface KubeconfigOptions {
  /** e.g. `https://10.0.0.2:6443`. */
  server: string;
  /** PEM of the authority that issued the server's certificate; without it the client does not verify. */
  authorityPem?: string;
  /** A bearer token, or a client certificate; without both the token `anonymous`, which servers may let in. */
  token?: string;
  certificate?: Pick<Certificate, 'pem' | 'keyPem'>;
  /** Default kubernetes. */
  cluster?: string;
  /** Default kubernetes-admin. */
  user?: string;
  /** The current context's namespace. */
  namespace?: string;
}

/**
 * The text of a kubeconfig with one cluster, one user and one context. Writing it to a file is the caller's.
 */
export function kubeconfig(options: KubeconfigOptions): string {
  const {
    server,
    authorityPem,
    token,
    certificate,
    cluster = 'kubernetes',
    user = 'kubernetes-admin',
    namespace,
  } = options;
  const context = `${user}@${cluster}`;
  const trust =
    authorityPem === undefined
      ? 'insecure-skip-tls-verify: true'
      : `certificate-authority-data: ${base64(authorityPem)}`;
  // A user without any credential makes kubectl ask for a name and a password.
  const lines = [
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    '- cluster:',
    `    ${trust}`,
    `    server: ${server}`,
    `  name: ${cluster}`,
    'contexts:',
    '- context:',
    `    cluster: ${cluster}`,
    ...(namespace === undefined ? [] : [`    namespace: ${namespace}`]),
    `    user: ${user}`,
    `  name: ${context}`,
    `current-context: ${context}`,
    'preferences: {}',
    'users:',
    `- name: ${user}`,
    '  user:',
    ...(certificate === undefined
      ? [`    token: ${token ?? 'anonymous'}`]
      : [
          `    client-certificate-data: ${base64(certificate.pem)}`,
          `    client-key-data: ${base64(certificate.keyPem)}`,
        ]),
  ];
  return `${lines.join('\n')}\n`;
}

const base64 = (text = '') => Buffer.from(text).toString('base64');
