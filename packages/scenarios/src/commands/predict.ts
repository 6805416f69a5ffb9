import { readFile } from 'node:fs/promises';
import type { Lang } from '../text.ts';
import type { Dump } from '../twin/dump.ts';
import { fetchDump } from '../twin/fetch-dump.ts';
import { type Prediction, predict, type Verdict } from '../twin/predict.ts';
import { predictionJson } from '../twin/prediction-json.ts';
import { predictionText } from '../twin/prediction-text.ts';
import { readDump } from '../twin/read-dump.ts';
import { UsageError } from '../usage-error.ts';
import { exitCodes, type Io } from './io.ts';

export interface PredictFlags {
  from?: string[];
  kubeconfig?: string;
  /** Context of the kubeconfig; default the current one. */
  context?: string;
  json?: boolean;
  lang: Lang;
  cloudcore?: string;
  metricsServer?: string;
  all?: boolean;
  expect?: 'healthy';
  seed: number;
}

/**
 * Says of every edge of a cluster what its metrics would show, and why.
 * @returns the exit code: 0, or 1 when all edges were expected to be healthy and one is not, or is not known
 * to be
 */
export async function predictCommand(io: Io, flags: PredictFlags): Promise<number> {
  const prediction = await predict(await dumpOf(flags), flags);
  if (flags.json === true) io.out(`${predictionJson(prediction, flags.lang)}\n`);
  else io.out(predictionText(prediction, { lang: flags.lang, colour: io.colour, all: flags.all === true }));
  if (flags.expect === undefined) return exitCodes.ok;
  const unhealthy = countUnhealthy(prediction);
  if (unhealthy === 0) return exitCodes.ok;
  io.error(`Expected every edge to be healthy, found ${unhealthy} that are not, or cannot be said to be.\n`);
  return exitCodes.expectationFailed;
}

/** Edges with a fault, and everything that might be one: an edge unheard of is not a healthy one. */
function countUnhealthy({ nodes, placement, dump }: Prediction): number {
  const fine: readonly Verdict[] = ['healthy', 'not-affected'];
  const edges = nodes.filter(({ verdict, ready }) => !fine.includes(verdict) || ready !== 'True');
  return edges.length + placement.unplaced.length + dump.bad.length;
}

/** @throws UsageError */
async function dumpOf({ from, kubeconfig, context }: PredictFlags): Promise<Dump> {
  if ((from === undefined) === (kubeconfig === undefined)) {
    throw new UsageError(
      'Tried to find the cluster to predict; give either --from <file>, which ' +
        '`kubectl get nodes,pods -A -o json > <file>` makes, or --kubeconfig <file>.',
    );
  }
  if (kubeconfig !== undefined) return fetchDump(kubeconfig, context);
  return readDump(
    await Promise.all((from ?? []).map(async (name) => ({ name, text: await readText(name) }))),
  );
}

/** @throws UsageError when the file cannot be read */
async function readText(file: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    // Windows PowerShell's `>` writes UTF-16.
    return bytes.toString(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `Tried to read the dump ${file}: ${why}. Make one with \`kubectl get nodes,pods -A -o json > ${file}\`.`,
    );
  }
}
