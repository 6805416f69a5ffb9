import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RealMetricsServer, startRealMetricsServer } from '../../../../parity/real-metrics-server.ts';
import { freePort, type RealApiserver } from './real-apiserver.ts';

/** As the manifests of metrics-server have it, but for the address types and the TLS of KubeEdge. */
const FLAGS = [
  '--kubelet-use-node-status-port',
  '--kubelet-insecure-tls',
  '--kubelet-preferred-address-types=InternalIP',
  '--metric-resolution=15s',
];

/**
 * A real metrics-server as a process beside a real kube-apiserver, which serves `metrics.k8s.io` by it. Its Service is an
 * ExternalName, because Endpoints may not have a loopback address. `wrap` goes before the command.
 */
export async function startAggregatedMetricsServer(
  real: RealApiserver,
  program: string,
  wrap: readonly string[] = [],
): Promise<RealMetricsServer> {
  const address = '127.0.0.1';
  const port = await freePort();
  const [file = '', ...args] = [...wrap, program, ...FLAGS];
  const kubeconfig = await readFile(real.kubeconfigs.admin, 'utf8');
  const server = await startRealMetricsServer({ program: file, args, kubeconfig, address, port });
  await server.started;
  const manifest = join(real.folder, 'metrics-server.yaml');
  await writeFile(
    manifest,
    `
apiVersion: v1
kind: Service
metadata: {name: metrics-server, namespace: kube-system}
spec: {type: ExternalName, externalName: ${address}, ports: [{port: ${port}}]}
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec:
  group: metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  insecureSkipTLSVerify: true
  service: {name: metrics-server, namespace: kube-system, port: ${port}}
`,
  );
  const { exitCode, stderr } = await real.kubectl('apply', '-f', manifest);
  if (exitCode !== 0) throw new Error(`Tried to register metrics-server: ${stderr}`);
  return server;
}
