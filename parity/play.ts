import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  ADMIN,
  kubeconfig,
  podOfMetricsServer,
  type Scenario,
  type Simulation,
  simToken,
  startSimulation,
} from 'kubeedge-sim';
import type { Gate } from './gate.ts';
import { type Reading, readMetrics, type Sample } from './read-metrics.ts';
import { startRealMetricsServer } from './real-metrics-server.ts';

export type Side = 'fault' | 'cured';

/** One cluster to be played: a scenario with its condition, or without it. */
export interface Cell {
  scenario: Scenario;
  side: Side;
  /** Of metrics-server, e.g. `v0.4.2`. */
  version: string;
}

/** What the real metrics-server and the model said of the same cluster. */
export interface Played {
  real: Names;
  model: Names;
  /** How many samples were seen on both sides. */
  compared: number;
  /** Same sample, other value: `name: real …, model …`. */
  unequal: string[];
  /** Names on both sides that were never seen with the same sample and the same values of all containers. */
  uncompared: string[];
}

export interface Names {
  nodes: string[];
  pods: string[];
}

const REAL_PORT = 14_443;
const APISERVER_PORT = 6_443;
const ACCOUNT = 'system:serviceaccount:kube-system:metrics-server';
const MODEL_PORT = 4_443;
const POLL_MS = 500;
/** Rounds of the real one after the cluster has settled; a rate needs two. */
const ROUNDS = 2;
/** So long the two may need to name the same and to have read the same samples. */
const LIMIT_MS = 90_000;

/**
 * Plays a cluster in real time with the model in it and the real one beside it. To start both takes much of a processor, so
 * only as many do at a time as the gate lets through; what comes after is mostly waiting.
 */
export async function playCell(
  { scenario, side, version }: Cell,
  program: string,
  gate: Gate,
): Promise<Played> {
  const without = side === 'cured';
  await gate.enter();
  await using simulation = await startSimulation({
    scenario,
    metricsServer: version,
    net: 'loopback',
    without,
    settled: false,
  });
  const { cluster } = simulation;
  const { description } = cluster;
  const cloud = cluster.host(description.cloud.name);
  const { address } = cloud;
  // It is a pod where the simulated one is: then its dials meet the rules that a pod's do.
  cluster.world.net.actAs(cloud, { pod: podOfMetricsServer(description) });
  await cluster.world.net.settled();
  await using real = await startRealMetricsServer({
    program,
    args: description.metricsServer.args,
    kubeconfig: await kubeconfigOf(simulation),
    address,
    port: REAL_PORT,
  });
  await real.started;
  gate.leave();
  await simulation.settle();
  const later = simulation.scenario.faults.flatMap(({ once }) => once?.(scenario.edge, description) ?? []);
  for (const action of later) await simulation.act(action);
  if (later.length > 0) await simulation.settle();

  const endpoints = { real: real.url, model: `https://${address}:${MODEL_PORT}` };
  const seen = { real: new Map<string, readonly string[]>(), model: new Map<string, readonly string[]>() };
  const enough = real.rounds() + ROUNDS;
  const token = simToken(cluster.world, ADMIN);
  const startMs = performance.now();
  for (;;) {
    const [ofReal, ofModel] = await Promise.all([
      readMetrics(endpoints.real, token),
      readMetrics(endpoints.model, token),
    ]);
    remember(seen.real, ofReal);
    remember(seen.model, ofModel);
    const isLate = performance.now() - startMs > LIMIT_MS;
    if (real.rounds() >= enough && ofReal !== undefined && ofModel !== undefined) {
      const played = compare(ofReal, ofModel, seen);
      if (isLate || (namesTheSame(played) && played.uncompared.length === 0)) return played;
    } else if (isLate) {
      const found = `${real.rounds() + ROUNDS - enough} rounds, and answers of ${ofReal ? 'it' : ''} ${ofModel ? 'the model' : ''}`;
      throw new Error(
        `Waited for ${ROUNDS} rounds of ${program}, found ${found}. Its log ends with\n${real.tail()}`,
      );
    }
    await sleep(POLL_MS);
  }
}

async function kubeconfigOf({ cluster, get }: Simulation): Promise<string> {
  const { address } = cluster.host(cluster.description.cloud.name);
  const { body } = await get('/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication');
  const { data } = JSON.parse(body) as { data: { 'client-ca-file': string } };
  return kubeconfig({
    server: `https://${address}:${APISERVER_PORT}`,
    authorityPem: data['client-ca-file'],
    token: simToken(cluster.world, ACCOUNT),
  });
}

/** Names of nodes and pods, as one. */
const samplesOf = ({ nodes, pods }: Reading): [name: string, sample: Sample][] => [
  ...[...nodes].map(([name, sample]): [string, Sample] => [`node ${name}`, sample]),
  ...[...pods].map(([name, sample]): [string, Sample] => [`pod ${name}`, sample]),
];

const keyOf = (name: string, { when }: Sample) => `${name} at ${when}`;

function remember(seen: Map<string, readonly string[]>, reading: Reading | undefined): void {
  if (reading === undefined) return;
  for (const [name, sample] of samplesOf(reading)) seen.set(keyOf(name, sample), sample.usages);
}

function compare(
  real: Reading,
  model: Reading,
  seen: Record<'real' | 'model', ReadonlyMap<string, readonly string[]>>,
): Played {
  const both = [...seen.real].flatMap(([key, ofReal]) => {
    const ofModel = seen.model.get(key);
    return ofModel === undefined ? [] : [{ key, real: ofReal, model: ofModel }];
  });
  const names = samplesOf(real).map(([name]) => name);
  const inModel = new Set(samplesOf(model).map(([name]) => name));
  const shared = names.filter((name) => inModel.has(name));
  const isSeen = (name: string) =>
    both.some((one) => one.key.startsWith(`${name} at `) && isDeepStrictEqual(one.real, one.model));
  return {
    real: namesOf(real),
    model: namesOf(model),
    compared: both.length,
    unequal: both
      // The time of an answer is that of one container; the others may have been measured again on one side only.
      .filter((one) => !one.real.some((words) => one.model.includes(words)))
      .map((one) => `${one.key}: real ${one.real.join(', ')}, model ${one.model.join(', ')}`),
    uncompared: shared.filter((name) => !isSeen(name)),
  };
}

const namesOf = ({ nodes, pods }: Reading): Names => ({
  nodes: [...nodes.keys()].sort(),
  pods: [...pods.keys()].sort(),
});

export const namesTheSame = ({ real, model }: Pick<Played, 'real' | 'model'>): boolean =>
  isDeepStrictEqual(real, model);
