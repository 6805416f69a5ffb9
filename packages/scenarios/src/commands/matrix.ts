import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { edgecoreRelease } from '@kubeedge-sim/edge-sim';
import { type CellOutcome, joinRanges, matrixCells } from '../matrix/matrix.ts';
import type { CellRequest } from '../matrix/worker.ts';
import { UsageError } from '../usage-error.ts';
import type { Io } from './io.ts';
import { findScenario } from './options.ts';

export interface MatrixFlags {
  /** Only these edgecore tags, separated by commas. */
  edgecore?: string;
  seed: number;
  processes?: string;
  json?: boolean;
}

/** Plays a scenario with every edgecore tag and every engine version, and says where its outcome changes. */
export async function matrix(io: Io, id: string, flags: MatrixFlags): Promise<void> {
  const scenario = findScenario(id);
  const tags = flags.edgecore?.split(',');
  for (const tag of tags ?? []) edgecoreRelease(tag);
  const cells = matrixCells(tags);
  const results = await playAll(
    cells.map((cell) => ({ ...cell, scenario: scenario.id, seed: flags.seed })),
    countOf(flags.processes),
  );
  if (flags.json === true) {
    for (const result of results) io.out(`${JSON.stringify(result)}\n`);
    return;
  }
  for (const [tag, row] of Map.groupBy(results, ({ edgecore }) => edgecore)) {
    const ranges = joinRanges(row).map(({ from, to, outcome, causes }) => {
      const why = causes.length > 0 ? ` (${causes.join(', ')})` : '';
      return `${from === to ? from : `${from} … ${to}`} ${outcome}${why}`;
    });
    io.out(`${tag}\n${ranges.map((range) => `  ${range}\n`).join('')}`);
  }
  const counts = [...Map.groupBy(results, ({ outcome }) => outcome)].map(
    ([outcome, { length }]) => `${length} ${outcome}`,
  );
  io.out(`${results.length} cells: ${counts.join(', ')}\n`);
}

/** @throws UsageError */
function countOf(text: string | undefined): number {
  const count = text === undefined ? availableParallelism() : Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 64) return count;
  throw new UsageError(`Tried to use ${text} processes; give a whole number from 1 to 64.`);
}

/** Plays requests on several processes; the results are in the order of the requests. */
async function playAll(requests: readonly CellRequest[], processes: number): Promise<CellOutcome[]> {
  const results: CellOutcome[] = [];
  let next = 0;
  const workers = Array.from({ length: Math.min(processes, requests.length) }, () =>
    fork(new URL('../matrix/worker.ts', import.meta.url)),
  );
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let index = next++; index < requests.length; index = next++) {
          results[index] = await playOn(worker, requests[index] as CellRequest);
        }
      }),
    );
  } finally {
    for (const worker of workers) worker.disconnect();
  }
  return results;
}

function playOn(worker: ChildProcess, request: CellRequest): Promise<CellOutcome> {
  const answer = Promise.withResolvers<CellOutcome>();
  const onMessage = (message: { result: CellOutcome } | { error: string }) => {
    if ('result' in message) answer.resolve(message.result);
    else answer.reject(new Error(`${request.edgecore} with Docker ${request.docker}: ${message.error}`));
  };
  const onExit = () =>
    answer.reject(
      new Error(`A worker ended while it played ${request.edgecore} with Docker ${request.docker}.`),
    );
  worker.once('message', onMessage).once('exit', onExit).send(request);
  return answer.promise.finally(() => worker.off('message', onMessage).off('exit', onExit));
}
