import type { ApiAnswer } from 'kubeedge-sim';

/** What a client gets. */
export type Answer = ApiAnswer;

/** Where the answers come from. A simulation is one: its requests take their way through the running cluster. */
export interface Source {
  /** GET of the API server: a path with its query, e.g. `/api/v1/nodes/edge-node-1/proxy/stats/summary`. */
  get(target: string): Promise<Answer>;
}

/** The Status with which kube-apiserver answers what it does not have. */
export function statusAnswer(
  status: number,
  { reason, message, details = {} }: { reason: string; message: string; details?: object },
): Answer {
  const kind = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
  const body = JSON.stringify({ ...kind, message, reason, details, code: status });
  return { status, contentType: 'application/json', body };
}
