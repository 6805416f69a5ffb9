import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';

/** What a metrics-server answers at one moment: by name, a sample's identity and its value. */
export interface Reading {
  nodes: ReadonlyMap<string, Sample>;
  /** By `namespace/name`. */
  pods: ReadonlyMap<string, Sample>;
}

export interface Sample {
  /** When the last measurement was made, and over which window; of a pod's containers, the earliest. */
  when: string;
  /** What was measured, in the words of the answer: of a node, or of each container. */
  usages: readonly string[];
}

interface Metrics {
  metadata: { name: string; namespace?: string };
  timestamp: string;
  window: string;
  usage?: Usage;
  containers?: { name: string; usage: Usage }[];
}
type Usage = { cpu: string; memory: string };

const ANSWER_MS = 10_000;
const agent = new Agent({ rejectUnauthorized: false, keepAlive: true });

/** Reads nodes and pods; undefined while it does not serve yet, or says that it cannot. */
export async function readMetrics(url: string, token: string): Promise<Reading | undefined> {
  const [nodes, pods] = await Promise.all([list(url, 'nodes', token), list(url, 'pods', token)]);
  return nodes && pods && { nodes, pods };
}

async function list(url: string, what: string, token: string): Promise<Map<string, Sample> | undefined> {
  const answer = await get(`${url}/apis/metrics.k8s.io/v1beta1/${what}`, token);
  if (answer === undefined) return undefined;
  const { items } = JSON.parse(answer) as { items: Metrics[] };
  return new Map(
    items.map(({ metadata: { name, namespace }, timestamp, window, usage, containers = [] }) => [
      namespace === undefined ? name : `${namespace}/${name}`,
      {
        when: `${timestamp} over ${window}`,
        usages: usage === undefined ? containers.map(wordsOf).sort() : [wordsOf({ name: 'node', usage })],
      },
    ]),
  );
}

const wordsOf = ({ name, usage }: { name: string; usage: Usage }) => `${name} ${usage.cpu} ${usage.memory}`;

function get(url: string, token: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = request(
      url,
      { agent, timeout: ANSWER_MS, headers: { authorization: `Bearer ${token}` } },
      (response) => {
        text(response).then(
          (body) => resolve(response.statusCode === 200 ? body : undefined),
          () => resolve(undefined),
        );
      },
    );
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}
