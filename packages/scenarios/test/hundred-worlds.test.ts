import { catalog, type SimulationOptions, startSimulation } from 'kubeedge-sim';
import { describe, expect, test } from 'vitest';

const edgecores = ['v1.5.0', 'v1.6.1', 'v1.6.2', 'v1.8.0', 'v1.10.0'];
const dockers = ['18.09.1', '19.03', '20.10', '23.0', '29.0.0'];
const faults = ['dnat-rule-missing', 'edgestream-disabled', 'edged-on-other-port', 'edgecore-stopped'];

/** A hundred different worlds: half by versions, half by scenario, every third of them with a fault more. */
const hundred: readonly SimulationOptions[] = Array.from({ length: 100 }, (_, index) => ({
  seed: index + 1,
  ...(index % 2 === 0
    ? { edgecore: at(edgecores, index / 2), docker: at(dockers, Math.floor(index / 10)) }
    : { scenario: at(catalog, (index - 1) / 2).id, without: index % 4 === 1 }),
  ...(index % 3 === 0 && { faults: [at(faults, index / 3)] }),
}));

function at<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}

/** What came of a world in which something is done, too: its trace's hash and its diagnosis. */
async function played(options: SimulationOptions) {
  await using simulation = await startSimulation(options);
  await simulation.act('restart edgecore');
  await simulation.advance(20_000);
  const { outcome, causes } = await simulation.diagnose();
  return { outcome, causes: causes.map(({ id }) => id), hash: simulation.hash() };
}

describe('many worlds in one process', () => {
  test('a hundred in memory at once go as each goes alone', { timeout: 240_000 }, async () => {
    const together = await Promise.all(hundred.map(played));
    const alone: typeof together = [];
    for (const options of hundred) alone.push(await played(options));
    expect(together).toEqual(alone);
    expect(new Set(together.map(({ hash }) => hash)).size).toBe(100);
    expect(new Set(together.map(({ outcome }) => outcome))).toEqual(new Set(['symptom', 'healthy', 'other']));
  });

  test('ten on loopback at once serve ten clusters', { timeout: 120_000 }, async () => {
    await using stack = new AsyncDisposableStack();
    const simulations = await Promise.all(
      Array.from({ length: 10 }, async (_, index) =>
        stack.use(await startSimulation({ net: 'loopback', settled: false, seed: index + 1 })),
      ),
    );
    const addresses = simulations.map(({ cluster }) => cluster.host('master-1').address);
    expect(new Set(addresses).size).toBe(10);
    await Promise.all(
      simulations.map((simulation, index) => simulation.act(`edgedport edge-node-1 ${11_000 + index}`)),
    );
    // Each edgecore answers on its own port, and on nobody else's address.
    await Promise.all(
      simulations.map(async (simulation, index) => {
        const url = `http://127.0.0.1:${11_000 + index}/stats/summary`;
        const answers = () => simulation.curl('edge-node-1', url).then(({ exitCode }) => exitCode);
        await expect.poll(answers, { timeout: 60_000 }).toBe(0);
        const next = simulations[(index + 1) % 10];
        expect((await next?.curl('edge-node-1', url))?.exitCode).toBe(7);
      }),
    );
  });
});
