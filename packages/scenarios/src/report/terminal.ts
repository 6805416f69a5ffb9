import { styleText } from 'node:util';
import type { Result } from '../run.ts';
import type { Observation, Scenario } from '../scenario.ts';
import type { Lang, Text } from '../text.ts';
import { drawPath } from './path.ts';
import { outcomeText, words } from './words.ts';

/** Rows of an output shown before it is cut. */
const OUTPUT_LINES_MAX = 12;

/** Writes a replay for a person, in one language; colours only where `colour` is set. */
export function createTerminalReport(lang: Lang, colour: boolean) {
  const bold = (text: string) => (colour ? styleText('bold', text) : text);
  const dim = (text: string) => (colour ? styleText('dim', text) : text);
  const red = (text: string) => (colour ? styleText('red', text) : text);
  const green = (text: string) => (colour ? styleText('green', text) : text);
  const say = (text: Text) => text[lang];
  const heading = (text: Text) => `\n${bold(`── ${say(text)} ──`)}\n`;

  const opening = (scenario: Scenario, result: Pick<Result, 'cell' | 'seed' | 'net'>) => {
    const { cell, seed, net } = result;
    const versions = `edgecore ${cell.edgecore} · Docker ${cell.docker} · cloudcore ${cell.cloudcore} · metrics-server ${cell.metricsServer}`;
    const faults = scenario.faults.map(({ id }) => id).join(', ');
    const where = scenario.playedOn ? `${scenario.playedOn.join(' ')} · ` : '';
    return [
      bold(`${scenario.id}: ${say(scenario.title)}`),
      heading(words.reported) + say(scenario.report),
      heading(words.cell) + where + versions + (faults === '' ? '' : ` · ${say(words.faults)}: ${faults}`),
      dim(`net ${net}, seed ${seed}`),
      heading(words.look),
    ].join('\n');
  };

  const observation = (seen: Observation) => {
    const lines = seen.output.split('\n');
    const shown = lines.slice(0, OUTPUT_LINES_MAX);
    if (lines.length > shown.length) shown.push(dim(`… ${lines.length - shown.length} more lines`));
    return `${dim(`# ${say(seen.title)}`)}\n${bold(`${seen.where}$`)} ${seen.command}\n${shown.join('\n')}\n`;
  };

  const closing = (scenario: Scenario, result: Result) => {
    const parts = [heading(words.outcome) + verdict(scenario, result)];
    if (result.notApplicable !== undefined) parts.push(say(result.notApplicable));
    const [main] = result.causes;
    if (result.outcome === 'symptom' || result.outcome === 'other') {
      parts.push(heading(words.path) + drawPath(main?.hop, main?.downFrom));
      if (main === undefined) parts.push(`\n${red(say(words.unexplained))}`);
    }
    for (const cause of result.causes) {
      parts.push(
        `\n${bold(say(words.layer))}: ${say(cause.layer)}`,
        `${bold(say(words.cause))}: ${say(cause.text)}`,
      );
    }
    if (result.explanation.length > 0) {
      parts.push(heading(words.evidence));
      parts.push(
        ...result.explanation.map(({ text, evidence }) => `• ${say(text)} ${dim(`[${cite(evidence)}]`)}`),
      );
    }
    if (result.cures.length > 0) {
      parts.push(heading(words.cures));
      parts.push(
        ...result.cures.map(({ id, title, cleared }) => {
          const end = cleared ? green(say(words.cleared)) : red(say(words.notCleared));
          return `${cleared ? green('✓') : red('✗')} ${bold(id)}: ${say(title)} → ${end}`;
        }),
      );
    }
    if (result.control !== undefined && result.cures.length > 0) {
      const { unchanged, node } = result.control;
      parts.push(
        `\n${unchanged ? green('✓') : red('✗')} ${say(unchanged ? words.control : words.controlChanged)} (${node})`,
      );
    }
    if (result.traceHash !== '') parts.push(dim(`\ntrace ${result.traceHash}`));
    return parts.join('\n');
  };

  const verdict = (scenario: Scenario, { outcome }: Result) => {
    const text = say(outcomeText(scenario, outcome));
    return outcome === 'healthy' ? green(text) : outcome === 'not-applicable' ? text : red(text);
  };

  return { opening, observation, closing };
}

/** Event numbers, the first few. */
function cite(evidence: readonly number[]): string {
  const shown = evidence.slice(0, 4).map((id) => `#${id}`);
  return evidence.length > shown.length
    ? `${shown.join(' ')} +${evidence.length - shown.length}`
    : shown.join(' ');
}
