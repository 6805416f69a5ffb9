import { kubeconfig } from '@kubeedge-sim/cloud-sim';
import { type AnyTraceEvent, traceToNdjson } from '@kubeedge-sim/sim-kit';
import { catalog } from '../catalog/index.ts';
import { faults } from '../faults/index.ts';
import type { SimulationOptions } from '../simulation.ts';
import { type Operation, operation } from './operation.ts';
import { Problem } from './problem.ts';
import { type Json, schemas } from './schemas.ts';
import { endpointsOf, timeJson, worldJson } from './world-json.ts';
import type { ControlledWorld, Worlds } from './worlds.ts';

const worldOf = ({ worlds }: { worlds: Worlds }, { params }: { params: Readonly<Record<string, string>> }) =>
  worlds.find(params['world'] ?? '');

const service: readonly Operation[] = [
  operation({
    id: 'health',
    method: 'GET',
    path: '/healthz',
    summary: 'Whether the server is there. It needs no token.',
    answers: { 200: { description: 'It is.', schema: schemas.Health } },
    handle: (_asked, { version, worlds }) => ({
      body: { status: 'ok', version, worlds: worlds.list().length } satisfies Json<typeof schemas.Health>,
    }),
  }),
  operation({
    id: 'listScenarios',
    method: 'GET',
    path: '/v1/scenarios',
    summary: 'The scenarios a world can be of, with their cures.',
    answers: { 200: { description: 'All of them.', schema: schemas.ScenarioList } },
    handle: () => ({
      body: {
        scenarios: catalog.map(({ id, title, report, defaults, cures }) => ({
          id,
          title,
          report,
          defaults: { ...defaults },
          cures: cures.map((cure) => ({ id: cure.id, title: cure.title })),
        })),
      } satisfies Json<typeof schemas.ScenarioList>,
    }),
  }),
  operation({
    id: 'listFaults',
    method: 'GET',
    path: '/v1/faults',
    summary: 'The faults that can be put into any scenario.',
    answers: { 200: { description: 'All of them.', schema: schemas.FaultList } },
    handle: () => ({
      body: { faults: faults.map(({ id, title }) => ({ id, title })) } satisfies Json<
        typeof schemas.FaultList
      >,
    }),
  }),
];

const lives: readonly Operation[] = [
  operation({
    id: 'createWorld',
    method: 'POST',
    path: '/v1/worlds',
    summary: 'Starts a cluster in a world of its own.',
    description: 'Answers when the world can be looked at. A client that leaves before gets no world.',
    body: schemas.CreateWorld,
    answers: {
      201: {
        description: 'It runs.',
        schema: schemas.World,
        headers: { location: 'Its path.' },
      },
    },
    async handle({ body, signal }, { worlds }) {
      const world = await worlds.create(body as SimulationOptions, signal);
      return { status: 201, headers: { location: `/v1/worlds/${world.id}` }, body: worldJson(world) };
    },
  }),
  operation({
    id: 'listWorlds',
    method: 'GET',
    path: '/v1/worlds',
    summary: 'The worlds of this server.',
    answers: { 200: { description: 'Oldest first.', schema: schemas.WorldList } },
    handle: (_asked, { worlds }) => ({
      body: { worlds: worlds.list().map(worldJson) } satisfies Json<typeof schemas.WorldList>,
    }),
  }),
  operation({
    id: 'getWorld',
    method: 'GET',
    path: '/v1/worlds/{world}',
    summary: 'One world: what it is of, its clock, its endpoints.',
    answers: { 200: { description: 'The world.', schema: schemas.World } },
    handle: (asked, context) => ({ body: worldJson(worldOf(context, asked)) }),
  }),
  operation({
    id: 'deleteWorld',
    method: 'DELETE',
    path: '/v1/worlds/{world}',
    summary: 'Ends a world and breaks off what it does.',
    answers: { 204: { description: 'It is gone.' } },
    async handle({ params }, { worlds }) {
      await worlds.remove(params['world'] ?? '');
      return { status: 204 };
    },
  }),
];

const acts: readonly Operation[] = [
  operation({
    id: 'act',
    method: 'POST',
    path: '/v1/worlds/{world}/act',
    summary: 'Changes the cluster.',
    description: 'It does not wait for what follows: `settle` or `advance` do.',
    body: schemas.ActRequest,
    answers: { 200: { description: 'Done.', schema: schemas.ActAnswer } },
    async handle(asked, context) {
      const { action, words } = asked.body as { action?: string; words?: string[] };
      const done = await worldOf(context, asked).use((simulation) => simulation.act(words ?? action ?? ''));
      return { body: { done } satisfies Json<typeof schemas.ActAnswer> };
    },
  }),
  operation({
    id: 'advance',
    method: 'POST',
    path: '/v1/worlds/{world}/advance',
    summary: "Lets time pass on the world's clock: virtual time on memory, real time on loopback.",
    body: schemas.AdvanceRequest,
    answers: { 200: { description: 'It has passed.', schema: schemas.TimeAnswer } },
    async handle(asked, context) {
      const world = worldOf(context, asked);
      await world.use((simulation) => simulation.advance(asked.body.ms));
      return { body: timeJson(world.simulation.cluster) };
    },
  }),
  operation({
    id: 'settle',
    method: 'POST',
    path: '/v1/worlds/{world}/settle',
    summary: 'Lets tunnels open where they can, and metrics-server scrape anew.',
    answers: { 200: { description: 'Settled.', schema: schemas.TimeAnswer } },
    async handle(asked, context) {
      const world = worldOf(context, asked);
      await world.use((simulation) => simulation.settle());
      return { body: timeJson(world.simulation.cluster) };
    },
  }),
];

const looks: readonly Operation[] = [
  operation({
    id: 'kubectl',
    method: 'POST',
    path: '/v1/worlds/{world}/kubectl',
    summary: 'Runs the simulated kubectl on the cloud node.',
    body: schemas.KubectlRequest,
    answers: { 200: { description: 'It ended, well or not.', schema: schemas.CommandAnswer } },
    async handle(asked, context) {
      const { args } = asked.body;
      return { body: await worldOf(context, asked).use((simulation) => simulation.kubectl(...args)) };
    },
  }),
  operation({
    id: 'curl',
    method: 'POST',
    path: '/v1/worlds/{world}/curl',
    summary: 'Runs `curl -sSk URL` on a node. It reaches hosts of the world and nothing else.',
    body: schemas.CurlRequest,
    answers: { 200: { description: 'It ended, well or not.', schema: schemas.CommandAnswer } },
    async handle(asked, context) {
      const { node, url, maxTimeSeconds, withStatus } = asked.body;
      const options = {
        ...(maxTimeSeconds !== undefined && { maxTimeSeconds }),
        ...(withStatus !== undefined && { withStatus }),
      };
      const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: '' };
      if (protocol !== 'http:' && protocol !== 'https:') {
        const tried = JSON.stringify(url.slice(0, 100));
        throw new Problem(422, 'not-a-url', `Tried to use ${tried} as a URL; give one with http: or https:.`);
      }
      return { body: await worldOf(context, asked).use((simulation) => simulation.curl(node, url, options)) };
    },
  }),
  operation({
    id: 'diagnose',
    method: 'POST',
    path: '/v1/worlds/{world}/diagnose',
    summary: 'Looks at the cluster as a person would, and says what is wrong and why.',
    answers: { 200: { description: 'What was seen and proved.', schema: schemas.Diagnosis } },
    async handle(asked, context) {
      const found = await worldOf(context, asked).use((simulation) => simulation.diagnose());
      return {
        body: {
          outcome: found.outcome,
          causes: found.causes.map(({ id, text, layer, hop, cures, evidence }) => ({
            id,
            text,
            layer,
            hop,
            cures: [...cures],
            evidence: [...evidence],
          })),
          explanation: found.explanation.map(({ id, text, evidence }) => ({ id, text, evidence })),
          observations: found.observations.map((observation) => ({
            ...observation,
            facts: { ...observation.facts },
          })),
        } satisfies Json<typeof schemas.Diagnosis>,
      };
    },
  }),
  operation({
    id: 'log',
    method: 'GET',
    path: '/v1/worlds/{world}/log',
    summary: "A component's log, as klog writes it.",
    query: {
      node: {
        type: 'string',
        minLength: 1,
        maxLength: 100,
        description: 'A node of the world; default its edge.',
      },
      component: { type: 'string', minLength: 1, maxLength: 100, description: 'Default edgecore.' },
      v: { type: 'integer', minimum: 0, maximum: 10, description: 'Verbosity; default 0.' },
    },
    answers: { 200: { description: 'One line each.', type: 'text/plain; charset=utf-8' } },
    handle(asked, context) {
      const { scenario, cluster } = worldOf(context, asked).simulation;
      const { node = scenario.edge, component = 'edgecore', v = 0 } = asked.query;
      const lines = cluster.log(cluster.host(node).name, component, v);
      return { type: 'text/plain; charset=utf-8', body: lines.map((line) => `${line}\n`).join('') };
    },
  }),
  operation({
    id: 'trace',
    method: 'GET',
    path: '/v1/worlds/{world}/trace',
    summary: 'Events of the trace, one JSON object a line, oldest first.',
    description:
      'To go on reading, give the id of the last event you have as `since`, or follow the Link header until there ' +
      'is none. The trace keeps the last 500,000 events at least.',
    query: {
      since: {
        type: 'integer',
        minimum: 0,
        description: 'Only events after the one with this id; default 0.',
      },
      kind: { type: 'string', maxLength: 100, description: 'Only kinds that begin so, e.g. `tunnel.`' },
      host: { type: 'string', maxLength: 100, description: 'Only events of this host.' },
      limit: {
        type: 'integer',
        minimum: 1,
        maximum: 10_000,
        description: 'Not more lines than this; default 1000.',
      },
    },
    answers: {
      200: {
        description: 'A TraceEvent a line.',
        type: 'application/x-ndjson',
        headers: { link: 'With rel="next" when more events match.' },
      },
    },
    handle: (asked, context) => tracePage(worldOf(context, asked), asked.query, asked.target),
  }),
  operation({
    id: 'kubeconfig',
    method: 'GET',
    path: '/v1/worlds/{world}/kubeconfig',
    summary: 'A kubeconfig for a real kubectl, on loopback.',
    answers: { 200: { description: 'The text of the file.', type: 'application/yaml' } },
    handle(asked, context) {
      const { id, simulation } = worldOf(context, asked);
      if (simulation.net === 'loopback') {
        const server = endpointsOf(simulation.cluster).apiserver;
        return { type: 'application/yaml', body: kubeconfig({ server }) };
      }
      throw new Problem(
        409,
        'no-real-clients',
        `Asked for a kubeconfig of ${id}, which lives in virtual time: no real client can be in it. ` +
          'Create a world with "net": "loopback", or use its kubectl.',
      );
    },
  }),
  operation({
    id: 'proxy',
    method: 'GET',
    path: '/v1/worlds/{world}/proxy/{path*}',
    summary: "GET of the world's API server: its answer, status and content type as they are.",
    description:
      'For clients that cannot take the throw-away certificate, such as browsers, e.g. ' +
      '`…/proxy/apis/metrics.k8s.io/v1beta1/nodes` or `…/proxy/api/v1/nodes/edge-node-1/proxy/stats/summary`. The ' +
      'query is passed on; watches are refused.',
    answers: {
      200: {
        description: 'Whatever the API server answers; its other statuses are passed on, too.',
        type: '*/*',
      },
    },
    async handle(asked, context) {
      const world = worldOf(context, asked);
      const target = asked.target.slice(asked.target.indexOf('/proxy/') + '/proxy'.length);
      if (/[?&]watch=(true|1)/.test(target))
        throw new Problem(
          422,
          'no-watch',
          'Tried to watch through the proxy; it answers once. Ask again instead.',
        );
      const { status, contentType, body } = await world.use((simulation) => simulation.get(target));
      return { status, type: contentType, body };
    },
  }),
];

interface TraceQuery {
  since?: number;
  kind?: string;
  host?: string;
  limit?: number;
}

function tracePage({ simulation }: ControlledWorld, query: TraceQuery, target: string) {
  const { since = 0, kind = '', host, limit = 1_000 } = query;
  const events = simulation.events();
  const page: AnyTraceEvent[] = [];
  let more = false;
  for (let index = indexAfter(events, since); index < events.length; index++) {
    const event = events[index];
    if (event === undefined || !event.kind.startsWith(kind)) continue;
    if (host !== undefined && event.host !== host) continue;
    more = page.length === limit;
    if (more) break;
    page.push(event);
  }
  const next = new URL(target, 'http://control');
  next.searchParams.set('since', String(page.at(-1)?.id ?? since));
  return {
    type: 'application/x-ndjson',
    headers: more ? { link: `<${next.pathname}${next.search}>; rel="next"` } : {},
    body: traceToNdjson(page),
  };
}

/** Index of the first event after an id. Ids rise by one, and old events may have been dropped. */
function indexAfter(events: readonly AnyTraceEvent[], id: number): number {
  const first = events[0]?.id ?? 1;
  return Math.max(0, id - first + 1);
}

/** All that the control API does, in the order of the OpenAPI document. */
export const operations: readonly Operation[] = [...service, ...lives, ...acts, ...looks];
