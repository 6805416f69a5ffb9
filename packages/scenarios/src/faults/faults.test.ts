import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalog } from '../catalog/index.ts';
import { openCluster } from '../open-cluster.ts';
import { runScenario } from '../run.ts';
import type { Scenario } from '../scenario.ts';
import { withFaults } from '../select.ts';
import { faults } from './index.ts';

const memory = { seed: 1, net: 'memory', split: false } as const;
const scenarioOf = (id: string) => catalog.find((candidate) => candidate.id === id) as Scenario;

async function causesOf(id: string, ...more: string[]) {
  const scenario = withFaults(scenarioOf(id), more);
  const result = await runScenario(scenario, scenario.defaults, {
    ...memory,
    open: (...args) => openCluster(...args, memory),
  });
  const cures = result.cures.map(({ id: cure, cleared }) => ({ cure, cleared }));
  return { outcome: result.outcome, causes: result.causes.map((cause) => cause.id), cures };
}

describe('faults', () => {
  it('are files of their own, all of them listed and under their own name', () => {
    const files = readdirSync(import.meta.dirname).filter(
      (name) => !/^(fault|index|.*\.test)\.ts$/.test(name),
    );
    expect(faults.map(({ id }) => `${id}.ts`).sort()).toEqual(files.sort());
    for (const { title } of faults) expect(title.zh).toMatch(/\p{Script=Han}/u);
  });

  it('are put together: both causes are named, and neither cure alone is enough', async () => {
    expect(await causesOf('dnat-rule-missing', 'edgestream-disabled')).toEqual({
      outcome: 'symptom',
      causes: ['no-dnat-rule', 'edgestream-is-disabled'],
      cures: [
        { cure: 'dnat', cleared: false },
        { cure: 'edgestream', cleared: false },
      ],
    });
  });

  it('hide one another as in life: behind the founding fault the scrape has to come through first', async () => {
    const { outcome, causes } = await causesOf('missing-pod-metrics', 'dnat-rule-missing');
    expect({ outcome, causes }).toEqual({
      outcome: 'other',
      causes: ['engine-refuses-cadvisor', 'no-dnat-rule'],
    });
  });

  it('work on a cluster that had nothing wrong with it', async () => {
    const healthy = { ...scenarioOf('stale-session-empty-200'), faults: [] };
    const scenario = withFaults(healthy, ['docker-18-09']);
    const { outcome, causes } = await runScenario(scenario, scenario.defaults, {
      ...memory,
      withoutCures: true,
      open: (...args) => openCluster(...args, memory),
    });
    expect([outcome, ...causes.map(({ id }) => id)]).toEqual(['other', 'engine-refuses-cadvisor']);
  });
});
