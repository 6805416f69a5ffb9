import type { Pod } from '@kubeedge-sim/cloud-sim';
import { type ApiClient, KubectlError } from './api-client.ts';
import type { KubectlCommand } from './arguments.ts';
import { discoverAll } from './discovery.ts';
import type { KubectlResult } from './kubectl.ts';

const USAGE =
  "error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\n" +
  'POD or TYPE/NAME is a required argument for the logs command\n' +
  "See 'kubectl logs -h' for help and examples";

/**
 * `kubectl logs POD [CONTAINER]` (kubernetes/kubectl kubernetes-1.20.2 pkg/cmd/logs/logs.go,
 * pkg/polymorphichelpers/logsforobject.go). One that follows may be interrupted: what it had printed by then stays.
 * @throws KubectlError
 */
export async function logs(client: ApiClient, command: KubectlCommand): Promise<KubectlResult> {
  const { words, namespace = 'default' } = command;
  const [wanted, inline] = words;
  if (wanted === undefined || words.length > 2) throw new KubectlError(USAGE);
  const container = inline ?? command.container;
  const query = queryOf(command, container);
  const name = wanted.replace(/^(po|pods?)\//, '');
  if (name.includes('/'))
    throw new KubectlError(`error: the simulated kubectl knows logs of pods only, not ${wanted}`);
  await discoverAll(client);
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const pod = JSON.parse(await client.get(path)) as Pod;
  if (inline !== undefined && command.container !== undefined)
    throw new KubectlError('error: only one of -c or an inline [CONTAINER] arg is allowed');
  if (typeof query === 'string') throw new KubectlError(query);
  checkContainer(pod, container);
  query.sort();
  const chunks: Buffer[] = [];
  const text = () => Buffer.concat(chunks).toString();
  try {
    const subject = { resource: 'pods', name: `${name}` };
    for await (const chunk of client.stream(`${path}/log${query.size === 0 ? '' : `?${query}`}`, { subject }))
      chunks.push(chunk);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    return { stdout: text(), stderr: `${error.message}\n`, exitCode: error.exitCode };
  }
  return { stdout: text(), stderr: '', exitCode: 0 };
}

/** The options as the API takes them; a string is an error that kubectl finds once it has the pod. */
function queryOf(command: KubectlCommand, container: string | undefined): URLSearchParams | string {
  const { follow, previous, timestamps, sinceTime } = command;
  const tail = integer('--tail', command.tail ?? '-1');
  const limitBytes = integer('--limit-bytes', command.limitBytes ?? '0');
  const sinceSeconds = seconds(command.since ?? '0s');
  if (sinceTime !== undefined && Number.isNaN(Date.parse(sinceTime))) {
    const quoted = JSON.stringify(sinceTime);
    throw new KubectlError(
      `error: parsing time ${quoted} as "2006-01-02T15:04:05Z07:00": cannot parse ${quoted} as "2006"`,
    );
  }
  if (sinceSeconds !== 0 && sinceTime !== undefined)
    return 'error: at most one of `sinceTime` or `sinceSeconds` may be specified';
  if (limitBytes < 0) return 'error: --limit-bytes must be greater than 0';
  if (tail < -1) return 'error: --tail must be greater than or equal to -1';
  if (sinceSeconds < 0) return 'error: --since must be greater than 0';
  return new URLSearchParams({
    ...(container !== undefined && { container }),
    ...(follow && { follow: 'true' }),
    ...(limitBytes !== 0 && { limitBytes: String(limitBytes) }),
    ...(previous && { previous: 'true' }),
    ...(sinceSeconds !== 0 && { sinceSeconds: String(sinceSeconds) }),
    ...(sinceTime !== undefined && { sinceTime }),
    ...(tail !== -1 && { tailLines: String(tail) }),
    ...(timestamps && { timestamps: 'true' }),
  });
}

function integer(flag: string, text: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw new KubectlError(
    `Error: invalid argument ${JSON.stringify(text)} for "${flag}" flag: strconv.ParseInt: parsing ` +
      `${JSON.stringify(text)}: invalid syntax\nSee 'kubectl logs --help' for usage.`,
  );
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { h: 3_600, m: 60, s: 1, ms: 0.001 };

/** A Go duration such as `1h30m`, in whole seconds, rounded up. */
function seconds(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
  const sign = text.startsWith('-') ? -1 : 1;
  const isWhole = parts.map(([part]) => part).join('') === text.replace(/^[+-]/, '');
  if (text === '0') return 0;
  if (parts.length === 0 || !isWhole) {
    const quoted = JSON.stringify(text);
    throw new KubectlError(
      `Error: invalid argument ${quoted} for "--since" flag: time: invalid duration ${quoted}\n` +
        "See 'kubectl logs --help' for usage.",
    );
  }
  return Math.ceil(
    sign * parts.reduce((sum, [, value, unit = '']) => sum + Number(value) * (UNIT_SECONDS[unit] ?? 0), 0),
  );
}

function checkContainer({ metadata: { name }, spec }: Pod, wanted: string | undefined): void {
  const names = spec.containers.map((container) => container.name);
  if (wanted !== undefined) {
    if (names.includes(wanted)) return;
    throw new KubectlError(`error: container ${wanted} is not valid for pod ${name}`);
  }
  if (names.length === 1) return;
  throw new KubectlError(
    `error: a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`,
  );
}
