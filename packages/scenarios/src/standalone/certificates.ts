import { kubeconfig } from '@kubeedge-sim/cloud-sim';
import { type Certificate, createLoopbackWorld, readCertificate, type World } from '@kubeedge-sim/sim-kit';
import { isAddress } from '../address.ts';
import { CLOUD_NODE } from '../catalog/founding-cluster.ts';
import { type ClusterPki, createPki } from '../cluster/pki.ts';

const certificates = ['apiserver', 'kubelet', 'metrics-server', 'stream', 'tunnel', 'edge'] as const;
type CertificateName = (typeof certificates)[number];

/** What a cloud and its edges share: PEM text by file name, and a kubeconfig for the cloud's kube-apiserver. */
export type CertificateFile =
  | 'kubernetes-ca.crt'
  | `kubeedge-ca.${'crt' | 'key'}`
  | `${CertificateName}.${'crt' | 'key'}`
  | 'kubeconfig';
export type Certificates = Readonly<Record<CertificateFile, string>>;

const pairOf = (name: CertificateName) => [`${name}.crt`, `${name}.key`] as const;

export const certificateFiles: readonly CertificateFile[] = [
  'kubernetes-ca.crt',
  'kubeedge-ca.crt',
  'kubeedge-ca.key',
  ...certificates.flatMap(pairOf),
  'kubeconfig',
];
/** What an edge needs of them. */
export const edgeCertificateFiles = pairOf('edge');

/**
 * Makes throw-away certificates for a cloud that clients and edges know by `names`: DNS names or IPv4 addresses, beside
 * `localhost` and 127.0.0.1. Of the authorities KubeEdge's has its key among them, by which the cloud's port 10002 signs
 * for edges that join. The kubeconfig has the first name in it.
 */
export async function createCertificates(names: readonly string[] = []): Promise<Certificates> {
  await using world = await createLoopbackWorld();
  return makeCertificates(world, names);
}

/**
 * As {@link createCertificates}, in a world of the caller's; `kubeedge` is KubeEdge's authority, with its key, where it is
 * not to be a new one.
 */
export async function makeCertificates(
  world: World,
  names: readonly string[],
  kubeedge?: Certificate,
): Promise<Certificates> {
  const server = { name: CLOUD_NODE, address: '127.0.0.1' };
  const pki = await createPki(world, server, [{ name: 'edge', address: server.address }], {
    dnsNames: ['localhost', ...names.filter((name) => !isAddress(name))],
    ipAddresses: names.filter(isAddress),
    ...(kubeedge && { kubeedge }),
  });
  const { pem: authorityPem = '' } = pki.kubernetesRoot;
  const issued: Record<CertificateName, Certificate | undefined> = {
    apiserver: pki.apiserver,
    kubelet: pki.kubelet,
    'metrics-server': pki.metricsServer,
    stream: pki.stream.cloud,
    tunnel: pki.tunnel,
    edge: pki.edges['edge'],
  };
  const pairs = certificates.flatMap((name) => [
    [`${name}.crt`, issued[name]?.pem],
    [`${name}.key`, issued[name]?.keyPem],
  ]);
  return {
    'kubernetes-ca.crt': authorityPem,
    'kubeedge-ca.crt': pki.kubeedgeRoot.pem,
    'kubeedge-ca.key': pki.kubeedgeRoot.keyPem,
    ...Object.fromEntries(pairs),
    kubeconfig: kubeconfig({
      server: `https://${names[0] ?? 'localhost'}:6443`,
      authorityPem,
      ...(pki.admin && { certificate: pki.admin }),
    }),
  } as Certificates;
}

/** The certificates of a cloud. @throws SimError SIM_ERR_CERTIFICATE */
export function readCloudPki(files: Certificates): ClusterPki {
  const pair = (name: CertificateName) => readPair(files, name);
  const stream = pair('stream');
  return {
    kubernetesRoot: readCertificate('kubernetes-ca.crt', files['kubernetes-ca.crt']),
    apiserver: pair('apiserver'),
    kubelet: pair('kubelet'),
    metricsServer: pair('metrics-server'),
    stream: { cloud: stream, 'cloud-and-edges': stream, chart: stream },
    kubeedgeRoot: readCertificate('kubeedge-ca.crt', files['kubeedge-ca.crt'], files['kubeedge-ca.key']),
    tunnel: pair('tunnel'),
    edges: {},
  };
}

/** The certificate that every edge shows. @throws SimError SIM_ERR_CERTIFICATE */
export function readEdgeCertificate(files: Pick<Certificates, 'edge.crt' | 'edge.key'>): Certificate {
  return readPair(files, 'edge');
}

function readPair<N extends CertificateName>(
  files: Pick<Certificates, `${N}.crt` | `${N}.key`>,
  name: N,
): Certificate {
  return readCertificate(`${name}.crt`, files[`${name}.crt`], files[`${name}.key`]);
}
