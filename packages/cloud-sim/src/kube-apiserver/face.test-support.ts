// Test support only: not exported from index.ts.
import { createMemoryWorld, type Host, httpRequest, type World } from '@kubeedge-sim/sim-kit';
import { smallCluster } from './cluster.test-support.ts';
import { type KubeApiserver, type KubeApiserverOptions, startKubeApiserver } from './kube-apiserver.ts';
import { ADMIN, simToken } from './sim-tokens.ts';

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the server says
  json: any;
  text: string;
}

/** A face in virtual time, and a client that shows the token of an administrator. */
export interface Face extends AsyncDisposable {
  world: World;
  client: Host;
  apiserver: KubeApiserver;
  run<T>(body: () => Promise<T>): Promise<T>;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Lines of a watch that has ended. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  events(answer: Answer): any[];
}

export async function startFace(options: Partial<KubeApiserverOptions> = {}): Promise<Face> {
  const world = createMemoryWorld();
  const master = world.net.host({ name: 'master', address: '10.0.0.2' });
  const client = world.net.host({ name: 'laptop', address: '10.0.0.9' });
  const run = <T>(body: () => Promise<T>) => world.run(body);
  const apiserver = await run(async () => {
    const authority = await world.net.authority({ commonName: 'kubernetes' });
    const certificate = await authority.issue({ commonName: 'kube-apiserver', ipAddresses: ['10.0.0.2'] });
    const cluster = smallCluster(world.clock.now());
    return world.own(await startKubeApiserver(world, master, { certificate, cluster, ...options }));
  });
  const ask: Face['ask'] = async (method, path, body, headers = {}) => {
    const response = await httpRequest(client, {
      target: apiserver.endpoint,
      method,
      path,
      headers: {
        authorization: `Bearer ${simToken(world, ADMIN)}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: Buffer.from(JSON.stringify(body)) }),
      tls: { verify: false },
      component: 'test',
    });
    const text = await response.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: response.status, text, json };
  };
  return {
    world,
    client,
    apiserver,
    run,
    ask: (...rest) => run(() => ask(...rest)),
    events: ({ text }) =>
      text
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}
