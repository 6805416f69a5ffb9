import { ADMIN, kubeconfig, simToken } from '@kubeedge-sim/cloud-sim';
import type { CommandResult } from '../cluster/cluster.ts';
import { type Operation, operation, worldOf } from './operation.ts';
import { Problem } from './problem.ts';
import { type Json, schemas } from './schemas.ts';
import { tracePage } from './trace-page.ts';
import { endpointsOf } from './world-json.ts';

export const commandJson = ({
  stdout,
  stderr,
  exitCode,
}: CommandResult): Json<typeof schemas.CommandAnswer> => ({
  stdout,
  stderr,
  exitCode,
});

/** What only looks at a world. */
export const lookOperations: readonly Operation[] = [
  operation({
    id: 'kubectl',
    method: 'POST',
    path: '/v1/worlds/{world}/kubectl',
    summary: 'Runs the simulated kubectl on the cloud node.',
    body: schemas.KubectlRequest,
    answers: { 200: { description: 'It ended, well or not.', schema: schemas.CommandAnswer } },
    async handle(asked, context) {
      const { args } = asked.body;
      const result = await worldOf(context, asked).use((simulation) => simulation.kubectl(...args));
      return { body: commandJson(result) };
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
      const result = await worldOf(context, asked).use((simulation) => simulation.curl(node, url, options));
      return { body: commandJson(result) };
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
        const token = simToken(simulation.cluster.world, ADMIN);
        return { type: 'application/yaml', body: kubeconfig({ server, token }) };
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
      if (new URL(target, 'http://apiserver').searchParams.has('watch'))
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
