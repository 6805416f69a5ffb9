import type { KeadmLine } from './keadm-line.ts';

const TUNNEL_PORT = 10_004;
/** The last of KubeSphere's keadm that switches edgestream on; the next one is v1.9.2. */
const LAST_THAT_ENABLES_MINOR = 7;

/** What of edgecore.yaml keadm writes otherwise than its defaults. */
export interface KeadmConfig {
  /** `modules.edgeStream.enable` */
  edgeStream: boolean;
  /** Port of `modules.edgeStream.server`. */
  tunnelPort: number;
  /** `modules.edged.nodeIP`; undefined: found out by edgecore. */
  nodeIp: string | undefined;
  /** Whether `modules.edged.taints` gets node-role.kubernetes.io/edge:NoSchedule. */
  taint: boolean;
}

/**
 * KubeEdge's keadm leaves edgestream off. KubeSphere's switched it on until it was taken over anew for v1.9.2, which also
 * overwrites the tunnel port that it was given by the default one.
 * kubeedge v1.6.1, kubesphere/kubeedge v1.6.1-kubesphere, v1.7.2-kubesphere, v1.9.2-kubesphere
 * keadm/cmd/keadm/app/cmd/util/edgecoreinstaller.go createEdgeConfigFiles
 */
export function keadmConfig(release: string, { flags, isKubesphere }: KeadmLine): KeadmConfig {
  const minor = Number(/^v1\.(\d+)\./.exec(release)?.[1]);
  const isEarly = isKubesphere && minor <= LAST_THAT_ENABLES_MINOR;
  return {
    edgeStream: isEarly,
    tunnelPort: isEarly ? Number(flags.tunnelport ?? TUNNEL_PORT) : TUNNEL_PORT,
    nodeIp: flags['edgenode-ip'],
    taint: flags['with-edge-taint'] === 'true',
  };
}
