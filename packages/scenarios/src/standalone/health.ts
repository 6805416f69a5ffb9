import { createHttpServer, listenHttp, type World } from '@kubeedge-sim/sim-kit';

/** An address for documentation (RFC 5737): no cluster has it. */
const HEALTH_ADDRESS = '192.0.2.2';

/** Why somebody is not ready, one line each; none when they are. */
export type Readiness = () => readonly string[];

export interface HealthServer extends AsyncDisposable {
  /** Of `/livez` and `/readyz`, on the leased address. */
  readonly url: string;
}

/**
 * Serves `GET /livez` (200 while the process serves) and `GET /readyz` (200 when `readiness` has no objections, else
 * 503 with its lines), in plain text over plain HTTP.
 * @param publishOn an address of the machine to serve on, too
 * @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED, SIM_ERR_ADDRESS
 */
export async function startHealthServer(
  world: World,
  readiness: Readiness,
  { publishOn, port }: { publishOn?: string; port: number },
): Promise<HealthServer> {
  const host = world.net.host({ name: 'health', address: HEALTH_ADDRESS });
  if (publishOn !== undefined) await world.net.publish(host, port, { address: publishOn, port });
  const server = createHttpServer((request, response) => {
    const path = request.url?.replace(/\?.*$/, '');
    const waits = path === '/readyz' ? readiness() : [];
    const known = path === '/readyz' || path === '/livez';
    const status = !known ? 404 : waits.length > 0 ? 503 : 200;
    const lines = !known ? ['There are /livez and /readyz.'] : waits.length > 0 ? waits : ['ok'];
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(lines.map((line) => `${line}\n`).join(''));
  });
  const listener = await listenHttp(host, { port }, { component: 'health' }, server);
  return { url: `http://${host.address}:${port}`, [Symbol.asyncDispose]: () => listener.close() };
}
