import { type Action, parseAction } from './cluster/action.ts';
import type { Cell, Scenario } from './scenario.ts';
import { UsageError } from './usage-error.ts';

/**
 * The actions that a person's words mean: one of the forms of `act`, or `cure` and an id of the scenario's.
 * @throws UsageError for words that are no action, for an unknown cure, and for one that changes nothing here
 */
export function readActions(scenario: Scenario, cell: Cell, words: readonly string[]): readonly Action[] {
  if (words[0] !== 'cure') return [parseAction(withNode(words, scenario.edge))];
  const cure = scenario.cures.find(({ id }) => id === words[1]);
  const known = scenario.cures.map(({ id }) => id).join(', ');
  if (cure === undefined) {
    const found = words[1] === undefined ? 'was given none' : `found no ${JSON.stringify(words[1])}`;
    throw new UsageError(
      `Looked for a cure of ${scenario.id}, ${found}; there are ${known}. Give one of these.`,
    );
  }
  const actions = cure.actions(cell);
  if (actions === undefined)
    throw new UsageError(`The cure ${cure.id} changes nothing with ${JSON.stringify(cell)}.`);
  return actions;
}

/** `restart edgecore` and `restart docker` without a node mean the edge under study. */
function withNode(words: readonly string[], edge: string): readonly string[] {
  const [verb, what, ...rest] = words;
  const isShort = verb === 'restart' && (what === 'edgecore' || what === 'docker') && rest.length === 0;
  return isShort ? [...words, edge] : words;
}
