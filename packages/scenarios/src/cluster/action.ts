import type { NatRule } from '@kubeedge-sim/sim-kit';
import { UsageError } from '../usage-error.ts';
import {
  formatLinkAction,
  isLinkAction,
  type LinkAction,
  linkActionForms,
  parseLinkAction,
} from './link-action.ts';

/** What can be done to a running cluster. */
export type Action =
  /** Replaces the engine of a node; edgecore is left running. */
  | { do: 'docker'; node: string; version: string }
  /** Replaces edgecore by another release and restarts it. */
  | { do: 'edgecore'; node: string; tag: string }
  | { do: 'restart'; what: 'edgecore' | 'docker'; node: string }
  | { do: 'restart'; what: 'cloudcore' }
  | { do: 'dnat'; op: 'add' | 'del'; rule: Pick<NatRule, 'dport'> }
  | LinkAction;

/** The action in a person's words, as the `act` command takes it. */
export function formatAction(action: Action): string {
  if (isLinkAction(action)) return formatLinkAction(action);
  switch (action.do) {
    case 'docker':
      return `docker ${action.node} ${action.version}`;
    case 'edgecore':
      return `edgecore ${action.node} ${action.tag}`;
    case 'restart':
      return action.what === 'cloudcore' ? 'restart cloudcore' : `restart ${action.what} ${action.node}`;
    case 'dnat':
      return `dnat ${action.op} ${action.rule.dport}`;
  }
}

/** The words an action can be given in, one form a line. */
export const actionForms = [
  'docker <node> <version>',
  'edgecore <node> <tag>',
  'restart edgecore|docker [node]',
  'restart cloudcore',
  'dnat add|del <port>',
  ...linkActionForms,
] as const;

/** Reads an action from its words. @throws UsageError listing the forms */
export function parseAction(words: readonly string[]): Action {
  const linkAction = parseLinkAction(words);
  if (linkAction !== undefined) return linkAction;
  const [verb, first, second, ...rest] = words;
  if (rest.length === 0) {
    if (verb === 'docker' && first && second) return { do: 'docker', node: first, version: second };
    if (verb === 'edgecore' && first && second) return { do: 'edgecore', node: first, tag: second };
    if (verb === 'restart' && first === 'cloudcore' && !second) return { do: 'restart', what: 'cloudcore' };
    if (verb === 'restart' && (first === 'edgecore' || first === 'docker') && second) {
      return { do: 'restart', what: first, node: second };
    }
    if (verb === 'dnat' && (first === 'add' || first === 'del') && second && /^\d{1,5}$/.test(second)) {
      return { do: 'dnat', op: first, rule: { dport: Number(second) } };
    }
  }
  const forms = actionForms.map((form) => `  ${form}`).join('\n');
  throw new UsageError(`Tried to read the action "${words.join(' ')}"; the forms are\n${forms}`);
}
