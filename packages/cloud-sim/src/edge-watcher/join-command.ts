/** What goes into a join command. */
export interface JoinCommand {
  /** Of KubeEdge, e.g. `v1.6.1`. */
  version: string;
  region: string;
  /** Where keadm is to be downloaded from; default: the region's place. */
  uri: string | undefined;
  /** The address edges are to dial, and ports, from ConfigMap cloudcore. */
  address: string;
  ports: { webSocket: number; quic: number; https: number; tunnel: number };
  nodeName: string;
  nodeIp: string;
  token: string;
  withEdgeTaint: boolean;
}

/**
 * The line that a person runs on the edge.
 * zhu733756/edge-watcher 8113f4d pkg/edgeservice/handler.go EdgeNodeJoin. `--with-edge-taint` came two weeks after that
 * commit (kubesphere/kubesphere#3602) and stands last in what v0.1.0 prints.
 */
export function formatJoinCommand(join: JoinCommand): string {
  const { version, region, ports, nodeName, nodeIp, token } = join;
  const isChina = region === 'zh';
  const uri = join.uri || (isChina ? chinaUri(version) : githubUri(version));
  const architecture = isChina
    ? 'arch=$(uname -m);'
    : "arch=$(uname -m); if [ $arch == 'x86_64' ]; then arch='amd64'; fi;";
  return (
    `${architecture} curl -LO ${uri}  && tar xvf keadm-${version}-linux-$arch.tar.gz && chmod +x keadm && ` +
    `./keadm join --kubeedge-version=${version.replaceAll('v', '')} --region=${region} ` +
    `--cloudcore-ipport=${join.address}:${ports.webSocket} --quicport ${ports.quic} --certport ${ports.https} ` +
    `--tunnelport ${ports.tunnel} --edgenode-name ${nodeName} --edgenode-ip ${nodeIp} --token ${token}` +
    (join.withEdgeTaint ? ' --with-edge-taint' : '')
  );
}

const chinaUri = (version: string) =>
  `https://kubeedge.pek3b.qingstor.com/bin/${version}/$arch/keadm-${version}-linux-$arch.tar.gz`;

const githubUri = (version: string) =>
  `https://github.com/kubesphere/kubeedge/releases/download/${version}-kubesphere/keadm-${version}-linux-$arch.tar.gz`;
