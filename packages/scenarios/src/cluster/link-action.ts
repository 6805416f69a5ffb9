import type { CutMode, Link, World } from '@kubeedge-sim/sim-kit';
import { UsageError } from '../usage-error.ts';
import type { ClusterHosts } from './hosts.ts';

/** What can be done to the line between two nodes; without `peer`, between a node and the cloud node. */
export type LinkAction =
  | { do: 'cut'; node: string; peer?: string; mode: CutMode }
  | { do: 'heal'; node: string; peer?: string }
  /** A one-way delay, in both directions. */
  | { do: 'delay'; node: string; peer?: string; delayMs: number };

export const linkActionForms = [
  'cut <node> [node] silent|rst',
  'heal <node> [node]',
  'delay <node> [node] <ms>',
] as const;

const DELAY_MS_MAX = 600_000;

export function formatLinkAction(action: LinkAction): string {
  const ends = action.peer === undefined ? action.node : `${action.node} ${action.peer}`;
  switch (action.do) {
    case 'cut':
      return `cut ${ends} ${action.mode}`;
    case 'heal':
      return `heal ${ends}`;
    case 'delay':
      return `delay ${ends} ${action.delayMs}`;
  }
}

/** Reads a link action from its words; undefined when they are none. */
export function parseLinkAction(words: readonly string[]): LinkAction | undefined {
  const [verb, ...rest] = withModeLast(words);
  const what = verb === 'heal' ? '' : rest.pop();
  const [node, peer, ...more] = rest;
  if (!node || peer === '' || more.length > 0 || what === undefined) return undefined;
  const ends = { node, ...(peer !== undefined && { peer }) };
  if (verb === 'heal') return { do: 'heal', ...ends };
  if (verb === 'cut' && (what === 'silent' || what === 'rst')) return { do: 'cut', ...ends, mode: what };
  const isDelay = verb === 'delay' && /^\d{1,6}$/.test(what) && Number(what) <= DELAY_MS_MAX;
  return isDelay ? { do: 'delay', ...ends, delayMs: Number(what) } : undefined;
}

/** `cut --silent <node>` is `cut <node> silent`. */
function withModeLast(words: readonly string[]): readonly string[] {
  const flag = words.find((word) => word === '--silent' || word === '--rst');
  return flag === undefined ? words : [...words.filter((word) => word !== flag), flag.slice(2)];
}

export function isLinkAction<A extends { do: string }>(action: A | LinkAction): action is LinkAction {
  return action.do === 'cut' || action.do === 'heal' || action.do === 'delay';
}

/**
 * Changes the line between two nodes of a cluster.
 * @throws RangeError for a node that is not there; UsageError for the line of a node with itself; SimError
 * SIM_ERR_NO_LINKS
 */
export async function actOnLink(world: World, hosts: ClusterHosts, action: LinkAction): Promise<void> {
  const link = linkOf(world, hosts, action);
  if (action.do === 'cut') link.cut(action.mode);
  else if (action.do === 'heal') link.heal();
  else link.delayMs = action.delayMs;
}

function linkOf(world: World, hosts: ClusterHosts, action: LinkAction): Link {
  const node = hosts.find(action.node);
  const peer = action.peer === undefined ? hosts.cloud : hosts.find(action.peer);
  if (node !== peer) return world.net.link(node, peer);
  const edges = hosts.edges.map(({ name }) => name).join(', ');
  throw new UsageError(
    `Tried to ${formatLinkAction(action)}, found that this is the line of ${node.name} with itself. ` +
      `Name an edge (${edges}), whose line to ${hosts.cloud.name} is meant, or two different nodes.`,
  );
}
