/** How the certificate of port 10003 came about, and with it whom it names. */
export interface StreamCertificateRecipe {
  /** Kubernetes' own authority, or one made for this certificate alone. */
  authority: 'kubernetes' | 'cloudcore-ca';
  commonName: string;
  organization?: string;
  /** Addresses beside 127.0.0.1; a chart names none at all. */
  addresses: 'none' | 'cloud' | 'cloud-and-edges';
  dnsNames: readonly string[];
  days: number;
  usages: readonly ('server' | 'client')[];
}

// kubeedge v1.6.1, v1.23.1 build/tools/certgen.sh stream: SANs are 127.0.0.1 and the addresses in CLOUDCOREIPS, from
// v1.11.0 on also the names in CLOUDCORE_DOMAINS. keadm init up to v1.11 leaves it to whoever installs.
const certgen = {
  authority: 'kubernetes',
  commonName: '',
  organization: 'KubeEdge',
  dnsNames: [],
  days: 5_000,
  usages: ['server'],
} as const;

export const streamCertificateRecipes = {
  /** `CLOUDCOREIPS` is the cloud node, as the guide tells. */
  cloud: { ...certgen, addresses: 'cloud' },
  /** `CLOUDCOREIPS` has every edge in it, too. */
  'cloud-and-edges': { ...certgen, addresses: 'cloud-and-edges' },
  // kubeedge v1.12.0, v1.23.1 manifests/charts/cloudcore/templates/_helpers.tpl cloudcore.gen-certs, by which keadm init
  // installs since then. sprig's genSignedCert adds both usages.
  chart: {
    authority: 'cloudcore-ca',
    commonName: 'cloudcore',
    addresses: 'none',
    dnsNames: ['cloudcore.kubeedge', 'cloudcore.kubeedge.svc'],
    days: 365,
    usages: ['server', 'client'],
  },
} as const satisfies Readonly<Record<string, StreamCertificateRecipe>>;
