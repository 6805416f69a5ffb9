import { type NatRule, splitWords } from '@kubeedge-sim/sim-kit';
import { isAddress } from '../address.ts';
import { UsageError } from '../usage-error.ts';
import type { StreamCertificateNames } from './description.ts';
import {
  formatIptablesAction,
  type IptablesAction,
  iptablesActionForms,
  isIptablesAction,
  parseIptablesAction,
} from './iptables-action.ts';
import {
  formatLinkAction,
  isLinkAction,
  type LinkAction,
  linkActionForms,
  parseLinkAction,
} from './link-action.ts';
import { streamCertificateRecipes } from './stream-certificates.data.ts';

/** What can be done to a running cluster. */
export type Action =
  /** Replaces the engine of a node; edgecore is left running. */
  | { do: 'docker'; node: string; version: string }
  /** Replaces edgecore by another release and restarts it. */
  | { do: 'edgecore'; node: string; tag: string }
  | { do: 'restart'; what: 'edgecore' | 'docker'; node: string }
  | { do: 'restart'; what: 'cloudcore' }
  /** Stops or starts edgecore's unit. */
  | { do: 'stop' | 'start'; what: 'edgecore'; node: string }
  /** Sets `modules.edgeStream.enable` and restarts edgecore. */
  | { do: 'edgestream'; node: string; on: boolean }
  /** Gives a node another InternalIP to report and restarts edgecore; the host's address stays. */
  | { do: 'nodeip'; node: string; ip: string }
  /** Moves edged to another port and restarts edgecore. */
  | { do: 'edgedport'; node: string; port: number }
  /** Restarts metrics-server with other arguments. */
  | { do: 'metrics-server'; args: readonly string[] }
  /** Restarts metrics-server with this `hostNetwork`. */
  | { do: 'hostnetwork'; what: 'metrics-server'; on: boolean }
  /** Makes the certificate of port 10003 anew and restarts cloudcore, which reads it at its start only. */
  | { do: 'streamcert'; names: StreamCertificateNames }
  /** Deletes the Secrets of KubeEdge's authority and restarts cloudcore, which then makes another. */
  | { do: 'newca' }
  /** Adds or deletes the guide's rule on the cloud node, in OUTPUT unless the rule names its chain. */
  | { do: 'dnat'; op: 'add' | 'del'; rule: Pick<NatRule, 'dport'> & Partial<Pick<NatRule, 'chain'>> }
  | IptablesAction
  | LinkAction;

/** The action in a person's words, as the `act` command takes it. */
export function formatAction(action: Action): string {
  if (isLinkAction(action)) return formatLinkAction(action);
  if (isIptablesAction(action)) return formatIptablesAction(action);
  switch (action.do) {
    case 'docker':
      return `docker ${action.node} ${action.version}`;
    case 'edgecore':
      return `edgecore ${action.node} ${action.tag}`;
    case 'restart':
      return action.what === 'cloudcore' ? 'restart cloudcore' : `restart ${action.what} ${action.node}`;
    case 'stop':
    case 'start':
      return `${action.do} edgecore ${action.node}`;
    case 'edgestream':
      return `edgestream ${action.node} ${action.on ? 'on' : 'off'}`;
    case 'nodeip':
      return `nodeip ${action.node} ${action.ip}`;
    case 'edgedport':
      return `edgedport ${action.node} ${action.port}`;
    case 'metrics-server':
      return ['metrics-server', ...action.args].join(' ');
    case 'streamcert':
      return `streamcert ${action.names}`;
    case 'newca':
      return 'newca';
    case 'dnat':
      return ['dnat', action.op, action.rule.dport, ...(action.rule.chain ? [action.rule.chain] : [])].join(
        ' ',
      );
    case 'hostnetwork':
      return `hostnetwork ${action.what} ${action.on ? 'on' : 'off'}`;
  }
}

/** The words an action can be given in, one form a line. */
export const actionForms = [
  'docker <node> <version>',
  'edgecore <node> <tag>',
  'restart edgecore|docker [node]',
  'restart cloudcore',
  'dnat add|del <port> [OUTPUT|PREROUTING]',
  'stop|start edgecore <node>',
  'edgestream <node> on|off',
  'nodeip <node> <ip>',
  'edgedport <node> <port>',
  'streamcert cloud|cloud-and-edges|chart',
  'newca',
  'metrics-server <flag…>',
  'hostnetwork metrics-server on|off',
  ...iptablesActionForms,
  ...linkActionForms,
] as const;

const isStreamCertificate = (text = ''): text is StreamCertificateNames =>
  Object.hasOwn(streamCertificateRecipes, text);
const isPort = (text: string | undefined): text is string =>
  /^[1-9]\d{0,4}$/.test(text ?? '') && Number(text) <= 65_535;

/** The words of an action that stands in one line, quotes as in a shell. @throws UsageError for a quote left open */
export function actionWords(text: string): string[] {
  try {
    return splitWords(text);
  } catch (error) {
    throw error instanceof SyntaxError ? new UsageError(error.message) : error;
  }
}

/** Reads an action from its words. @throws UsageError listing the forms of its first word, or all when none begins so */
export function parseAction(words: readonly string[]): Action {
  const early = parseLinkAction(words) ?? parseIptablesAction(words);
  if (early !== undefined) return early;
  const [verb, first, second, ...rest] = words;
  if (verb === 'newca' && first === undefined) return { do: verb };
  // Behind `--` on the command line: flags are for metrics-server, not for us.
  if (verb === 'metrics-server' && first) return { do: verb, args: words.slice(1) };
  const [chain, ...more] = rest;
  if (verb === 'dnat' && (first === 'add' || first === 'del') && isPort(second) && more.length === 0) {
    if (chain === undefined) return { do: verb, op: first, rule: { dport: Number(second) } };
    if (chain === 'OUTPUT' || chain === 'PREROUTING')
      return { do: verb, op: first, rule: { dport: Number(second), chain } };
  }
  if (rest.length === 0) {
    if (verb === 'docker' && first && second) return { do: 'docker', node: first, version: second };
    if (verb === 'edgecore' && first && second) return { do: 'edgecore', node: first, tag: second };
    if (verb === 'restart' && first === 'cloudcore' && !second) return { do: 'restart', what: 'cloudcore' };
    if (verb === 'restart' && (first === 'edgecore' || first === 'docker') && second) {
      return { do: 'restart', what: first, node: second };
    }
    if ((verb === 'stop' || verb === 'start') && first === 'edgecore' && second) {
      return { do: verb, what: first, node: second };
    }
    if (verb === 'hostnetwork' && first === 'metrics-server' && (second === 'on' || second === 'off')) {
      return { do: verb, what: first, on: second === 'on' };
    }
    if (verb === 'edgestream' && first && (second === 'on' || second === 'off')) {
      return { do: verb, node: first, on: second === 'on' };
    }
    if (verb === 'nodeip' && first && second && isAddress(second))
      return { do: verb, node: first, ip: second };
    if (verb === 'edgedport' && first && isPort(second)) {
      return { do: verb, node: first, port: Number(second) };
    }
    if (verb === 'streamcert' && isStreamCertificate(first) && !second) return { do: verb, names: first };
  }
  const near = actionForms.filter((form) =>
    form
      .split(' ')[0]
      ?.split('|')
      .includes(verb ?? ''),
  );
  const forms = (near.length === 0 ? actionForms : near).map((form) => `  ${form}`).join('\n');
  throw new UsageError(`Tried to read the action "${words.join(' ')}"; the forms are\n${forms}`);
}
