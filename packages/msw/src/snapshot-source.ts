import type { Snapshot } from 'kubeedge-sim';
import { fetchOutside } from './outside.ts';
import { type Answer, type Source, statusAnswer } from './source.ts';

const METRICS = '/apis/metrics.k8s.io/v1beta1';

/**
 * The answers that `takeSnapshot` or the command `snapshot` recorded. The API server's own 404 stands for what it did not
 * have. Selectors get 501: a snapshot holds whole lists.
 * @param snapshot the snapshot, or the URL of its file, which is fetched at the first request
 * @throws TypeError for something else than a snapshot, or one of another version; with a URL, from the first request
 */
export function snapshotSource(snapshot: Snapshot | string | URL): Source {
  if (typeof snapshot === 'object' && !(snapshot instanceof URL)) {
    const answers = answersOf(snapshot, 'the snapshot');
    return { get: async (target) => find(answers, target) };
  }
  let fetched: ReturnType<typeof load> | undefined;
  return {
    async get(target) {
      fetched ??= load(snapshot);
      return find(await fetched, target);
    },
  };
}

type Answers = Snapshot['answers'];

async function load(url: string | URL): Promise<Answers> {
  const response = await fetchOutside(url);
  if (!response.ok) throw new TypeError(`Tried to fetch the snapshot ${url}, found HTTP ${response.status}.`);
  return answersOf(await response.json(), `the snapshot ${url}`);
}

/** @throws TypeError */
function answersOf(value: unknown, what: string): Answers {
  const { format, version, answers } = (value ?? {}) as Partial<Record<keyof Snapshot, unknown>>;
  const wanted = 'Make one with `kubeedge-sim snapshot <scenario> --out <file>`.';
  if (format !== 'kubeedge-sim-snapshot' || typeof answers !== 'object' || answers === null)
    throw new TypeError(`Tried to read ${what}, found something else. ${wanted}`);
  if (version !== 1)
    throw new TypeError(
      `Tried to read ${what}, found version ${String(version)}; this reads version 1. ${wanted}`,
    );
  return answers as Answers;
}

/** Parts of a query that change what is in a list. */
const selecting = ['labelSelector', 'fieldSelector'];

function find(answers: Answers, target: string): Answer {
  const recorded = answers[target];
  if (recorded !== undefined) return recorded;
  const { pathname, searchParams } = new URL(target, 'http://apiserver');
  if (selecting.some((key) => searchParams.has(key)))
    return statusAnswer(501, {
      reason: 'NotImplemented',
      message: `A snapshot holds whole lists: ${target} selects.`,
    });
  return answers[pathname] ?? emptyList(answers, pathname) ?? notFound(answers, pathname);
}

/** A namespace without pods has lists of its own, which are empty. */
function emptyList(answers: Answers, path: string): Answer | undefined {
  const [, api, namespace = ''] = /^(.*)\/namespaces\/([^/]+)\/pods$/.exec(path) ?? [];
  const all = api === undefined ? undefined : answers[`${api}/pods`];
  if (all?.status !== 200) return undefined;
  const { kind, apiVersion, metadata } = JSON.parse(all.body) as Record<string, object>;
  const own = { ...metadata, selfLink: `${api}/namespaces/${namespace}/pods` };
  return { ...all, body: JSON.stringify({ kind, apiVersion, metadata: own, items: [] }) };
}

function notFound(answers: Answers, path: string): Answer {
  const [, node] = /^\/api\/v1\/nodes\/([^/]+)/.exec(path) ?? [];
  if (node !== undefined && answers[`/api/v1/nodes/${node}`] === undefined) return missing('nodes', node);
  const [, pod] = /^\/api\/v1\/namespaces\/[^/]+\/pods\/([^/]+)$/.exec(path) ?? [];
  if (pod !== undefined) return missing('pods', pod);
  if (path.startsWith(`${METRICS}/`)) {
    const [, measured] = /\/nodes\/([^/]+)$/.exec(path) ?? [];
    if (measured !== undefined) return missing('nodemetrics', measured, 'metrics.k8s.io');
    const [, unknown] = /\/pods\/([^/]+)$/.exec(path) ?? [];
    // metrics-server asks client-go's lister, which says `pod`.
    if (unknown !== undefined) return missing('pod', unknown);
  }
  const message = 'the server could not find the requested resource';
  return statusAnswer(404, { reason: 'NotFound', message });
}

function missing(kind: string, name: string, group?: string): Answer {
  const resource = group === undefined ? kind : `${kind}.${group}`;
  const details = { name, ...(group === undefined ? {} : { group }), kind };
  return statusAnswer(404, { reason: 'NotFound', message: `${resource} "${name}" not found`, details });
}
