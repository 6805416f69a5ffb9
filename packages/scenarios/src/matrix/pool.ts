import { type ChildProcess, fork } from 'node:child_process';
import { siblingModule } from '../sibling-module.ts';
import type { CellOutcome } from './matrix.ts';
import type { CellRequest } from './worker.ts';

/** Plays requests on several processes; the results are in the order of the requests. `played` is told of each. */
export async function playAll(
  requests: readonly CellRequest[],
  processes: number,
  played: () => void,
): Promise<CellOutcome[]> {
  const results: CellOutcome[] = [];
  let next = 0;
  const workers = Array.from({ length: Math.min(processes, requests.length) }, () =>
    fork(siblingModule('worker', import.meta.url)),
  );
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let index = next++; index < requests.length; index = next++) {
          results[index] = await playOn(worker, requests[index] as CellRequest);
          played();
        }
      }),
    );
  } finally {
    // A worker that is still busy after a failure ends when it finds its channel closed.
    for (const worker of workers) if (worker.connected) worker.disconnect();
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
