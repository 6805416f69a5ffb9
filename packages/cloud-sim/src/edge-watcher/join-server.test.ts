import { readFileSync } from 'node:fs';
import { createMemoryWorld, httpRequest } from '@kubeedge-sim/sim-kit';
import { describe, expect, it } from 'vitest';
import type { ConfigMap, Node, Secret } from '../kube-apiserver/objects.ts';
import { type ClusterReader, createClusterReader } from './cluster-reader.ts';
import { startJoinServer } from './join-server.ts';
import { createGoLog } from './log.ts';

interface State {
  nodes: Node[];
  objects: Record<string, ConfigMap | Secret>;
  nodesStatus?: [number, { message: string }];
}

interface Recorded {
  name: string;
  request: { method: string; path: string; headers: Record<string, string> };
  state: State | null;
  head: string[];
  body: string;
  log: string[];
}

const { base, version, region, cases } = JSON.parse(
  readFileSync(new URL('../../fixtures/edge-watcher/join.json', import.meta.url), 'utf8'),
) as { base: State; version: string; region: string; cases: Recorded[] };

/** What differs from the recording, and why. */
const different: Readonly<Record<string, string>> = {
  'ok-leading-zeros': 'recorded with a Go that refuses leading zeros; the image is built with Go 1.13',
  'api-away': 'recorded with a Go that quotes the URL; the image is built with Go 1.13',
  'ok-with-taint-asked': 'the commit that can be read does not know the parameter yet',
  'bad-cloudcore': 'another YAML library words its errors',
};
const headersOf = (head: readonly string[]) =>
  Object.fromEntries(
    head
      .slice(1)
      .map((line) => line.split(': '))
      .filter(([name]) => !['Date', 'Connection'].includes(name ?? ''))
      .map(([name = '', value]) => [name.toLowerCase(), value]),
  );

function readerOf({ nodes, objects, nodesStatus }: State): ClusterReader {
  const get = async <T>(plural: string, name: string) => {
    const object = objects[`/api/v1/namespaces/kubeedge/${plural}/${name}`];
    if (object === undefined) throw new Error(`${plural} "${name}" not found`);
    return object as T;
  };
  return {
    async nodes() {
      if (nodesStatus !== undefined) throw new Error(nodesStatus[1].message);
      return nodes;
    },
    configMap: (name) => get<ConfigMap>('configmaps', name),
    secret: (name) => get<Secret>('secrets', name),
  };
}

/** Asks a server of its own, whose cluster is `state`, or an API server that is away. */
async function ask({ method, path, headers }: Recorded['request'], state: State | 'away') {
  await using world = createMemoryWorld();
  return await world.run(async () => {
    const host = world.net.host({ name: 'master-1', address: '192.168.0.139' });
    const client = world.net.host({ name: 'ks-apiserver', address: '10.233.64.9' });
    const component = 'edge-watcher';
    const cluster =
      state === 'away'
        ? createClusterReader(host, {
            apiserver: { address: '10.233.0.1', port: 443 },
            token: 'token',
            component,
          })
        : readerOf(state);
    const log = createGoLog(world, host, component);
    const settings = { version, region };
    world.own(await startJoinServer(world, host, { component, port: 8081, cluster, settings, log }));
    const target = { address: host.address, port: 8081 };
    const answer = await httpRequest(client, { target, method, path, headers, component: 'test' }).then(
      async (response) => ({
        status: response.status,
        headers: response.headers,
        body: await response.text(),
      }),
      (error: { code: string }) => error.code,
    );
    const lines = world.trace.of('log').map(({ detail }) => detail.message);
    return { answer, lines, joins: world.trace.of('edge-watcher.join').map(({ detail }) => detail) };
  });
}

const join = (query: string) => ({ method: 'GET', path: `/api/v1alpha1/nodes/join?${query}`, headers: {} });
const answerOf = async (query: string, state: State | 'away' = base) => {
  const { answer } = await ask(join(query), state);
  if (typeof answer === 'string') throw new Error(answer);
  return { status: answer.status, json: JSON.parse(answer.body) };
};

describe('the join endpoint', () => {
  it.each(cases.filter(({ name }) => !(name in different)))(
    'answers as the real one: $name',
    async ({ request, state, head, body, log }) => {
      const { answer, lines } = await ask(request, state ?? base);
      if (head[0] === '') {
        expect(answer).toBe('ECONNRESET');
        expect(lines[0]?.replace(/serving \S+: /, '')).toBe(log[0]?.replace(/serving \S+: /, ''));
        return;
      }
      expect(answer).toMatchObject({ status: Number(head[0]?.split(' ')[1]), body });
      const {
        date: _date,
        connection: _connection,
        ...rest
      } = (answer as { headers: object }).headers as Record<string, string>;
      expect(rest).toEqual(headersOf(head));
      // Go's log ends a line that has an end already with another one.
      expect(lines.map((line) => line.replace(/\n$/, ''))).toEqual(
        log.filter((line) => line.startsWith('EdgeNodeJoin')),
      );
    },
  );

  it.each(Object.entries(different))('is known to differ in %s: %s', async (name) => {
    const recorded = cases.find((each) => each.name === name);
    expect(recorded).toBeDefined();
    if (recorded === undefined) return;
    const { answer } = await ask(recorded.request, name === 'api-away' ? 'away' : (recorded.state ?? base));
    expect((answer as { body: string }).body).not.toBe(recorded.body);
  });

  it('adds the taint when it is asked to', async () => {
    const query = 'node_name=edge-node-9&node_ip=10.66.0.19&add_default_taint=';
    const command = async (value: string) => (await answerOf(query + value)).json.data as string;
    expect(await command('true')).toMatch(/ --token hash\.head\.claims\.sig --with-edge-taint$/);
    expect(await command('false')).toMatch(/ --token hash\.head\.claims\.sig$/);
    expect(await command('yes')).toMatch(/ --token hash\.head\.claims\.sig$/);
  });

  it('says what the API server said when it cannot be reached', async () => {
    const { status, json } = await answerOf('node_name=a&node_ip=10.0.0.1', 'away');
    expect([status, json.message]).toEqual([
      500,
      'List nodes error [+Get https://10.233.0.1:443/api/v1/nodes: dial tcp 10.233.0.1:443: connect: no route to host]',
    ]);
  });

  it('finds an address that is written in another way unused', async () => {
    expect((await answerOf('node_name=a&node_ip=10.66.0.011')).status).toBe(200);
    expect((await answerOf('node_name=a&node_ip=10.66.0.11')).json.message).toBe('Node IP 10.66.0.11 in use');
  });

  it('answers any path, and nodes without an address', async () => {
    for (const path of ['//', '//api/v1alpha1/nodes/join', '/?'])
      expect((await ask({ method: 'GET', path, headers: {} }, base)).answer).toMatchObject({ status: 404 });
    const bare = { ...base, nodes: [{ metadata: { name: 'a' }, spec: {}, status: {} }] as Node[] };
    expect((await answerOf('node_name=b&node_ip=10.0.0.1', bare)).status).toBe(200);
  });

  it('tells the trace', async () => {
    const { joins } = await ask(join('node_name=edge-node-9&node_ip=10.66.0.11'), base);
    expect(joins).toEqual([
      { nodeName: 'edge-node-9', nodeIp: '10.66.0.11', code: 400, message: 'Node IP 10.66.0.11 in use' },
    ]);
  });
});
