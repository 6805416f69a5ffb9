import type { Node } from '../kube-apiserver/objects.ts';
import { secretBytes } from '../kube-apiserver/secret-store.ts';
import { type CloudcoreConfig, HandlerPanic, readCloudcoreConfig } from './cloudcore-config.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { formatJoinCommand } from './join-command.ts';
import { nodeNameProblem } from './node-name.ts';
import { isGoIp } from './parse-ip.ts';

/** A request for a join command. */
export interface JoinQuery {
  nodeName: string;
  nodeIp: string;
  /** As it stands in the query. */
  addDefaultTaint: string;
}

/** VERSION and REGION of its Deployment. */
export interface JoinSettings {
  version: string;
  region: string;
}

/** `data` is the command. */
export type JoinAnswer =
  | { code: 200; status: 'Succeeded'; data: string }
  | { code: 400 | 500; status: 'Failure'; message: string };

const refuse = (code: 400 | 500, message: string): JoinAnswer => ({ code, status: 'Failure', message });

/**
 * Answers a request: the checks in their order, then the command. Nothing is remembered from one request to the next:
 * name and address are compared with the nodes that exist now.
 * zhu733756/edge-watcher 8113f4d pkg/edgeservice/handler.go EdgeNodeJoin
 * @throws HandlerPanic
 */
export async function answerJoin(
  cluster: ClusterReader,
  settings: JoinSettings,
  { nodeName, nodeIp, addDefaultTaint }: JoinQuery,
  parent: number,
): Promise<JoinAnswer> {
  const problem = nodeNameProblem(nodeName);
  if (problem !== undefined) return refuse(400, `Invalid node name: ${problem}`);
  if (!isGoIp(nodeIp)) return refuse(400, `Invalid node IP: ${nodeIp}`);

  const nodes = await tried(cluster.nodes(parent));
  if (nodes instanceof Error) return refuse(500, `List nodes error [+${nodes.message}]`);
  if (nodes.some(({ metadata }) => metadata.name === nodeName))
    return refuse(400, `Node name ${nodeName} in use`);
  if (nodes.some((node) => internalIpOf(node) === nodeIp)) return refuse(400, `Node IP ${nodeIp} in use`);

  const configured = await tried(cluster.configMap('edge-watcher-config', parent));
  const config: Partial<Record<string, string>> | undefined =
    configured instanceof Error ? undefined : (configured.data ?? {});
  const { version = '', region = '' }: Partial<JoinSettings> = config ?? settings;
  if (config !== undefined && (version === '' || !['zh', 'en'].includes(region))) {
    return refuse(
      400,
      'EdgeNodeJoin: Edge-watcher-config configured, but the given values were incorrect: ' +
        `version=${version}, region=${region}\n`,
    );
  }

  const configMap = await tried(cluster.configMap('cloudcore', parent));
  if (configMap instanceof Error)
    return refuse(500, `Read cloudcore configmap error [+${configMap.message}]`);
  const cloudcore = await tried(read(configMap.data?.['cloudcore.yaml'] ?? ''));
  if (cloudcore instanceof YamlProblem)
    return refuse(500, `Unmarshal cloudcore configmap error [+${cloudcore.message}]`);
  const secret = await tried(cluster.secret('tokensecret', parent));
  if (secret instanceof Error) return refuse(500, `Read cloudcore token secret error [+${secret.message}]`);
  if (cloudcore instanceof Error) throw cloudcore;

  const token = Buffer.from(secretBytes(secret, 'tokendata') ?? '').toString();
  const data = formatJoinCommand({
    version,
    region,
    uri: config?.['uri'],
    address: cloudcore.advertiseAddress[0] ?? '',
    ports: {
      webSocket: cloudcore.webSocketPort,
      quic: cloudcore.quicPort,
      https: cloudcore.httpsPort,
      tunnel: cloudcore.tunnelPort,
    },
    nodeName,
    nodeIp,
    token,
    withEdgeTaint: isGoTrue(addDefaultTaint),
  });
  return { code: 200, status: 'Succeeded', data };
}

/** The first InternalIP; '' for a node without one. */
export function internalIpOf(node: Node): string {
  // A real API server leaves out what is empty.
  const { addresses }: Partial<Node['status']> = node.status ?? {};
  return addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
}

class YamlProblem extends Error {}

async function read(text: string): Promise<CloudcoreConfig> {
  try {
    return readCloudcoreConfig(text);
  } catch (error) {
    if (error instanceof HandlerPanic) throw error;
    throw new YamlProblem(`yaml: ${(error as Error).message}`, { cause: error });
  }
}

/** The value, or the error: the handler looks at each. */
function tried<T>(value: Promise<T>): Promise<T | Error> {
  return value.catch((error: unknown) => {
    if (error instanceof Error) return error;
    throw error;
  });
}

/** golang/go src/strconv/atob.go ParseBool; what it refuses counts as false. */
const isGoTrue = (text: string) => ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text);
