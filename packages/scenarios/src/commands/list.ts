import { catalog } from '../catalog/index.ts';
import { actionForms } from '../cluster/action.ts';
import { faults } from '../faults/index.ts';
import { words } from '../report/words.ts';
import { findScenario } from '../select.ts';
import type { Lang } from '../text.ts';
import type { Io } from './io.ts';

/** Lists the scenarios, or the faults, one a line. */
export function list(io: Io, flags: { lang: Lang; faults?: boolean }): void {
  const entries = flags.faults === true ? faults : catalog;
  const width = Math.max(...entries.map(({ id }) => id.length));
  for (const { id, title } of entries) io.out(`${id.padEnd(width)}  ${title[flags.lang]}\n`);
}

/** Shows what a scenario is about, without playing it. */
export function show(io: Io, id: string, { lang }: { lang: Lang }): void {
  const scenario = findScenario(id);
  const { edgecore, cloudcore, docker, metricsServer } = scenario.defaults;
  const cures = scenario.cures.map((cure) => `  ${cure.id}: ${cure.title[lang]}`).join('\n');
  const lines = [
    `${scenario.id}: ${scenario.title[lang]}`,
    '',
    scenario.report[lang],
    '',
    `edgecore ${edgecore}, cloudcore ${cloudcore}, Docker ${docker}, metrics-server ${metricsServer}`,
    '',
    `${words.cureList[lang]} (act cure <id>):\n${cures}`,
    '',
    `${words.actionList[lang]} (act …):\n${actionForms.map((form) => `  ${form}`).join('\n')}`,
  ];
  io.out(`${lines.join('\n')}\n`);
}
