import { text } from 'node:stream/consumers';
import { createHttpServer, listenHttp, type World } from '@kubeedge-sim/sim-kit';
import { readActions } from '../actions.ts';
import { formatAction } from '../cluster/action.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Cell, Scenario } from '../scenario.ts';
import { UsageError } from '../usage-error.ts';

/** Port of the control server, on an address of its own. */
const CONTROL_PORT = 7_350;
/** An address for documentation (RFC 5737): no cluster has it. */
const CONTROL_ADDRESS = '192.0.2.1';
const BODY_BYTES_MAX = 64 * 1024;

/** What `POST /act` takes: the words of an action, or `cure` and an id. */
export interface ActRequest {
  words: string[];
}

export interface ControlServer extends AsyncDisposable {
  readonly url: string;
}

/**
 * Serves a running cluster's control on loopback: `POST /act`, `GET /status`, and
 * `GET /log?node=…&component=…&v=<verbosity>` for a component's log.
 */
export async function startControlServer(
  world: World,
  cluster: Cluster,
  scenario: Scenario,
  cell: Cell,
): Promise<ControlServer> {
  const host = world.net.host({ name: 'control', address: CONTROL_ADDRESS });
  const server = createHttpServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://control');
    const answer = async (): Promise<[number, unknown]> => {
      if (request.method === 'GET' && url.pathname === '/status')
        return [200, { scenario: scenario.id, cell }];
      if (request.method === 'GET' && url.pathname === '/log')
        return [200, readLog(cluster, url.searchParams)];
      if (request.method !== 'POST' || request.url !== '/act') {
        return [
          404,
          { error: `Tried ${request.method} ${request.url}; there are POST /act, GET /status and GET /log.` },
        ];
      }
      if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX)
        return [413, { error: 'The body is too long.' }];
      return [200, { done: await perform(await text(request)) }];
    };
    void answer()
      .catch((error: unknown): [number, unknown] => {
        const message = error instanceof Error ? error.message : String(error);
        return [
          error instanceof UsageError || error instanceof RangeError || 'code' in Object(error) ? 400 : 500,
          { error: message },
        ];
      })
      .then(([status, body]) => {
        const plain = typeof body === 'string';
        response.writeHead(status, {
          'content-type': plain ? 'text/plain; charset=utf-8' : 'application/json',
        });
        response.end(plain ? body : `${JSON.stringify(body)}\n`);
      });
  });
  const listener = await listenHttp(host, { port: CONTROL_PORT }, { component: 'control' }, server);

  async function perform(body: string): Promise<string[]> {
    const done: string[] = [];
    for (const action of readActions(scenario, cell, readWords(body))) {
      await cluster.act(action);
      done.push(formatAction(action));
    }
    return done;
  }

  return {
    url: `http://${host.address}:${CONTROL_PORT}`,
    [Symbol.asyncDispose]: () => listener.close(),
  };
}

/** @throws RangeError for a node that is not there */
function readLog(cluster: Cluster, query: URLSearchParams): string {
  const node = cluster.host(query.get('node') ?? '').name;
  const lines = cluster.log(node, query.get('component') ?? 'edgecore', Number(query.get('v') ?? 0));
  return lines.map((line) => `${line}\n`).join('');
}

function readWords(body: string): string[] {
  try {
    const { words } = JSON.parse(body) as Partial<ActRequest>;
    if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return words;
  } catch {
    // Told below.
  }
  throw new UsageError(
    'Tried to read the body as {"words": ["docker", "edge-node-1", "20.10"]}, found something else.',
  );
}
