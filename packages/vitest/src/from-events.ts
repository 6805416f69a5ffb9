import type { Simulation } from 'kubeedge-sim';

/** Which tunnel messages are meant; what is left out may be anything. */
export interface MessageFilter {
  /** As in the trace: `METRIC_CONNECT`, `DATA`, `REMOVE_CONNECT`, … */
  type?: string;
  direction?: 'to-edge' | 'to-cloud';
  /** The edge whose tunnel it is. */
  node?: string;
  connectId?: number;
  /** Whose message it is: what cloudcore sent or got (default), or what edgestream did. */
  at?: 'cloud' | 'edge';
}

/** Which lines of a log are meant. */
export interface LogFilter {
  /** The node whose log it is; default: any. */
  node?: string;
  /** klog's verbosity: lines above it are not printed. Default 0, what a component prints by itself. */
  v?: number;
}

/** What a look found, in words. */
export interface Found {
  pass: boolean;
  expected: string;
  found: string;
}

/** Lines of found things that a failure shows. */
const SHOWN_MAX = 10;

export function messagesOf(simulation: Simulation, filter: MessageFilter): Found {
  const { at = 'cloud', ...wanted } = filter;
  const messages = simulation.events().flatMap((event) => {
    if (event.kind === 'tunnel.message' && at === 'cloud') {
      const { session: node, type, direction, connectId } = event.detail;
      return [{ node, type, direction, connectId }];
    }
    if (event.kind !== 'edgestream.message' || at === 'cloud') return [];
    const { type, direction, connectId } = event.detail;
    return [{ node: event.host, type, direction, connectId }];
  });
  const keys = Object.keys(wanted) as (keyof typeof wanted)[];
  const pass = messages.some((message) => keys.every((key) => message[key] === wanted[key]));
  const kinds = Map.groupBy(messages, ({ node, type, direction }) => `${type} ${direction}, ${node}`);
  const found = [...kinds].map(([kind, { length }]) => `${length} × ${kind}`).toSorted();
  const words = keys.map((key) => `${key} ${wanted[key]}`).join(', ');
  return {
    pass,
    expected: `a tunnel message at the ${at}${words === '' ? '' : ` with ${words}`}`,
    found: found.length === 0 ? 'no tunnel message' : found.join('\n'),
  };
}

export function linesOf(
  simulation: Simulation,
  component: string,
  line: RegExp | string,
  { node, v = 0 }: LogFilter,
): Found {
  const { cluster } = simulation;
  const { cloud, edges } = cluster.description;
  const nodes =
    node === undefined ? [cloud.name, ...edges.map(({ name }) => name)] : [cluster.host(node).name];
  const lines = nodes.flatMap((name) => cluster.log(name, component, v));
  const matches = (text: string) => (typeof line === 'string' ? text.includes(line) : text.search(line) >= 0);
  const left = lines.length - SHOWN_MAX;
  const on = node === undefined ? '' : ` on ${node}`;
  return {
    pass: lines.some(matches),
    expected: `a line of ${component}${on} at -v ${v} that ${typeof line === 'string' ? `has ${JSON.stringify(line)}` : `matches ${line}`}`,
    found:
      lines.length === 0
        ? `no line; these components print: ${components(simulation)}`
        : [...(left > 0 ? [`… ${left} more before`] : []), ...lines.slice(-SHOWN_MAX)].join('\n'),
  };
}

function components(simulation: Simulation): string {
  const names = simulation.events().flatMap(({ kind, component }) => (kind === 'log' ? [component] : []));
  return [...new Set(names)].toSorted().join(', ');
}
