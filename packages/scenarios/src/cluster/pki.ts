import { ADMIN } from '@kubeedge-sim/cloud-sim';
import type { Certificate, CertificateAuthority, Host, World } from '@kubeedge-sim/sim-kit';
import type { EdgeNodeDescription, StreamCertificateNames } from './description.ts';
import { type StreamCertificateRecipe, streamCertificateRecipes } from './stream-certificates.data.ts';

/** The certificates of a cluster, made before anything starts. */
export interface ClusterPki {
  /** Kubernetes' own authority: kube-apiserver, kubelets, metrics-server and, as certgen.sh does, 10003. */
  kubernetesRoot: Certificate;
  apiserver: Certificate;
  /** By which kubectl is let in as one that may do everything. */
  admin?: Certificate;
  /** By which kube-apiserver is known to the servers behind it. */
  frontProxy?: { authority: Certificate; certificate: Certificate };
  kubelet: Certificate;
  metricsServer: Certificate;
  stream: Readonly<Record<StreamCertificateNames, Certificate>>;
  /** KubeEdge's authority with its key: 10000, 10002, 10004 and the edges' client certificates. */
  kubeedgeRoot: Certificate;
  tunnel: Certificate;
  edges: Readonly<Record<string, Certificate>>;
}

const DAY_MS = 86_400_000;
// kubeedge v1.6.1 pkg/apis/componentconfig/cloudcore/v1alpha1/default.go EdgeCertSigningDuration
const EDGE_CERT_DAYS = 365;

/** By what else clients know the servers. */
export interface ServerNames {
  dnsNames: readonly string[];
  ipAddresses: readonly string[];
  /** KubeEdge's authority, with its key, where it is not to be a new one. */
  kubeedge?: Certificate;
}

/**
 * Makes the throw-away certificates. Names and SANs as kubeadm, certgen.sh and cloudcore make them: the stream
 * certificate names cloudcore's addresses and none of an edge, unless CLOUDCOREIPS is given more.
 * Source: kubeedge v1.6.1 build/tools/certgen.sh, cloud/pkg/cloudhub/servers/httpserver/server.go.
 */
export async function createPki(
  world: World,
  cloud: Pick<Host, 'name' | 'address'>,
  edges: readonly (Pick<Host, 'name' | 'address'> & Pick<EdgeNodeDescription, 'certificateAgeDays'>)[],
  names: ServerNames = { dnsNames: [], ipAddresses: [] },
): Promise<ClusterPki> {
  const kubernetes = await world.net.authority({ commonName: 'kubernetes' });
  const { kubeedge: existing } = names;
  const kubeedge = await world.net.authority({ commonName: 'KubeEdge', ...(existing && { existing }) });
  const { dnsNames } = names;
  const ipAddresses = ['127.0.0.1', cloud.address, ...names.ipAddresses];
  const server = { dnsNames, ipAddresses, usages: ['server'] } as const;
  const edgeCertificates: Record<string, Certificate> = {};
  for (const { name, certificateAgeDays = 1 } of edges) {
    // Up to v1.15 keadm's edges all carry this name (edge/pkg/edgehub/certificate/certmanager.go).
    const subject = { commonName: 'kubeedge.io', organization: 'kubeEdge' };
    const notBeforeMs = world.clock.now() - certificateAgeDays * DAY_MS;
    // The window is shifted, never the clock: on loopback OpenSSL looks at the machine's.
    const validity = { notBeforeMs, notAfterMs: notBeforeMs + EDGE_CERT_DAYS * DAY_MS };
    edgeCertificates[name] = await kubeedge.issue({ ...subject, ...validity, usages: ['client'] });
  }
  const stream = await createStreamCertificates(world, kubernetes, {
    cloud: ipAddresses,
    'cloud-and-edges': [...ipAddresses, ...edges.map(({ address }) => address)],
    none: [],
    dnsNames,
  });
  // kubernetes/kubernetes v1.19.8 cmd/kubeadm/app/phases/certs/certlist.go
  const frontProxy = await world.net.authority({ commonName: 'front-proxy-ca' });
  return {
    frontProxy: {
      authority: frontProxy.certificate,
      certificate: await frontProxy.issue({ commonName: 'front-proxy-client', usages: ['client'] }),
    },
    kubernetesRoot: kubernetes.certificate,
    apiserver: await kubernetes.issue({
      ...server,
      commonName: 'kube-apiserver',
      dnsNames: ['kubernetes', 'localhost', cloud.name, ...dnsNames],
    }),
    admin: await kubernetes.issue({
      commonName: ADMIN,
      organization: 'system:masters',
      usages: ['client'],
    }),
    kubelet: await kubernetes.issue({
      ...server,
      commonName: `system:node:${cloud.name}`,
      organization: 'system:nodes',
    }),
    metricsServer: await kubernetes.issue({ ...server, commonName: 'metrics-server' }),
    stream,
    kubeedgeRoot: kubeedge.certificate,
    tunnel: await kubeedge.issue({ ...server, commonName: 'KubeEdge', organization: 'KubeEdge' }),
    edges: edgeCertificates,
  };
}

/** One for each way to install it. */
async function createStreamCertificates(
  world: World,
  kubernetes: CertificateAuthority,
  known: Readonly<Record<StreamCertificateRecipe['addresses'] | 'dnsNames', readonly string[]>>,
): Promise<ClusterPki['stream']> {
  const issue = async (recipe: StreamCertificateRecipe) => {
    const { authority, addresses, days, dnsNames, ...subject } = recipe;
    const issuer =
      authority === 'kubernetes' ? kubernetes : await world.net.authority({ commonName: authority });
    return issuer.issue({
      ...subject,
      ipAddresses: known[addresses],
      // By what else clients know a cloud of its own; a chart knows nothing of it.
      dnsNames: authority === 'kubernetes' ? [...dnsNames, ...known.dnsNames] : dnsNames,
      notAfterMs: world.clock.now() + days * DAY_MS,
    });
  };
  const { cloud, chart } = streamCertificateRecipes;
  return {
    cloud: await issue(cloud),
    'cloud-and-edges': await issue(streamCertificateRecipes['cloud-and-edges']),
    chart: await issue(chart),
  };
}
