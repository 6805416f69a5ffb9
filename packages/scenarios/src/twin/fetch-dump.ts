import { createLoopbackWorld, httpRequest, NetError, type OutsideDialler } from '@kubeedge-sim/sim-kit';
import { UsageError } from '../usage-error.ts';
import type { Dump } from './dump.ts';
import { textField } from './json-value.ts';
import { type ClusterAccess, readKubeconfig } from './kubeconfig.ts';
import { createDumpReader } from './read-dump.ts';

/** As kubectl asks: lists in parts of this size. */
const PAGE_ITEMS = 500;
/** More than any cluster has; a server that never comes to an end must not keep us. */
const PAGES_MAX = 10_000;
const CONNECT_TIMEOUT_MS = 30_000;

/**
 * Fetches the nodes and pods of a real cluster. Only ever sends GET.
 * @throws UsageError when the kubeconfig or the server refuses
 */
export async function fetchDump(kubeconfig: string, context?: string): Promise<Dump> {
  const access = await readKubeconfig(kubeconfig, context);
  await using world = await createLoopbackWorld();
  const dial = diallerOf(kubeconfig, access, (target, options) => world.net.outside(target, options));
  const reader = createDumpReader();
  for (const resource of ['nodes', 'pods'] as const) {
    let next: string | undefined = '';
    for (let page = 0; next !== undefined; page++) {
      if (page === PAGES_MAX)
        throw new UsageError(
          `Tried to list ${resource} of ${access.server}, found no end after ${page} parts.`,
        );
      const query: string = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
      const list = await get(access, dial, `/api/v1/${resource}?limit=${PAGE_ITEMS}${query}`);
      reader.add(`${access.server} ${resource}`, list);
      next = textField(list, 'metadata', 'continue');
    }
  }
  return reader.end();
}

type Outside = (target: string, options: Parameters<OutsideFunction>[1]) => OutsideDialler;
type OutsideFunction = Awaited<ReturnType<typeof createLoopbackWorld>>['net']['outside'];

function diallerOf(kubeconfig: string, access: ClusterAccess, outside: Outside): OutsideDialler {
  const { server, authorization: _authorization, ...tls } = access;
  try {
    return outside(server, tls);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `Tried to use the certificates of ${kubeconfig}: ${why}. Each must be PEM, and key and certificate a pair.`,
    );
  }
}

/** @throws UsageError with the server's own words when it refuses */
async function get(access: ClusterAccess, dial: OutsideDialler, path: string): Promise<unknown> {
  const { hostname, port, protocol, host, pathname } = new URL(access.server);
  const refused = (why: string) =>
    new UsageError(
      `Tried GET ${path} of ${access.server}: ${why}. Does \`kubectl get nodes\` work with this kubeconfig?`,
    );
  let status: number;
  let text: string;
  try {
    const response = await httpRequest(
      { connect: (_target, options) => dial(options) },
      {
        target: { address: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) },
        path: `${pathname.replace(/\/$/, '')}${path}`,
        headers: {
          host,
          accept: 'application/json',
          'user-agent': 'kubeedge-sim',
          ...(access.authorization === undefined ? {} : { authorization: access.authorization }),
        },
        timeoutMs: CONNECT_TIMEOUT_MS,
        component: 'predict',
      },
    );
    status = response.status;
    text = await response.text();
  } catch (error) {
    if (error instanceof NetError) throw refused(error.goText);
    // A TlsError, or the body's end with ECONNRESET.
    if (error instanceof Error && 'code' in error) throw refused(error.message);
    throw error;
  }
  const answer = parseJson(text);
  if (status !== 200) throw refused(`${status} ${textField(answer, 'message') ?? text.slice(0, 200)}`);
  if (answer === undefined) throw refused(`found no JSON but ${JSON.stringify(text.slice(0, 80))}`);
  return answer;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
