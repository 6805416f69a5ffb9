import type { Certificate } from '@kubeedge-sim/sim-kit';
import type { ObjectStore } from './object-store.ts';
import { formatRfc3339 } from './objects.ts';
import { configMaps } from './resource-types.ts';

/** By what servers behind this one know that it is kube-apiserver who speaks for a user. */
export interface FrontProxy {
  /** Issued `certificate`, and nothing else. */
  authority: Certificate;
  /** kubeadm calls it `front-proxy-client`. */
  certificate: Certificate;
}

const NAME = 'extension-apiserver-authentication';
const NAMESPACE = 'kube-system';

/**
 * Publishes whom servers behind this one may believe: the authorities of client certificates, and of the front proxy. The
 * PEM texts are made when they are first asked for
 * (kubernetes/kubernetes v1.19.10 pkg/master/controller/clusterauthenticationtrust/cluster_authentication_trust_controller.go).
 */
export function publishAuthentication(
  store: ObjectStore,
  nowMs: number,
  { clientRoots = [], frontProxy }: { clientRoots?: readonly Certificate[]; frontProxy?: FrontProxy },
): void {
  if (clientRoots.length === 0 && frontProxy === undefined) return;
  const dataOf = (): Record<string, string> => ({
    ...(clientRoots.length > 0 && { 'client-ca-file': clientRoots.map(({ pem = '' }) => pem).join('') }),
    ...(frontProxy !== undefined && {
      'requestheader-allowed-names': JSON.stringify([frontProxy.certificate.commonName]),
      'requestheader-client-ca-file': frontProxy.authority.pem ?? '',
      'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
      'requestheader-username-headers': '["X-Remote-User"]',
    }),
  });
  const objects = store.of(configMaps);
  const known = objects.get(NAME, NAMESPACE)?.metadata;
  const resourceVersion = store.nextVersion();
  let made: Record<string, string> | undefined;
  objects.keep({
    kind: configMaps.kind,
    apiVersion: 'v1',
    metadata: {
      name: NAME,
      namespace: NAMESPACE,
      uid: known?.uid ?? `configmap-${NAMESPACE}-${NAME}`,
      resourceVersion,
      creationTimestamp: known?.creationTimestamp ?? formatRfc3339(nowMs),
    },
    get data() {
      made ??= dataOf();
      return made;
    },
  });
}
