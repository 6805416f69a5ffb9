import type { SimulationOptions } from '../simulation.ts';
import { type Operation, operation, worldOf } from './operation.ts';
import { Problem } from './problem.ts';
import { type Json, schemas } from './schemas.ts';
import { timeJson, worldJson } from './world-json.ts';

/** How worlds begin and end. */
export const lifeOperations: readonly Operation[] = [
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
      refuseOutside(body as SimulationOptions);
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

/** A client of this server is not to choose whom the server asks. @throws Problem */
function refuseOutside({ cluster }: SimulationOptions): void {
  const url = cluster?.kubesphere?.prometheus;
  if (url === undefined) return;
  throw new Problem(
    422,
    'asks-outside',
    `Tried to have ks-apiserver ask Prometheus at ${JSON.stringify(url)}; a world of this API asks nobody outside of it. ` +
      'Leave kubesphere.prometheus out, or start the cluster by `kubeedge-sim up --cluster`.',
  );
}

/** What changes a world. */
export const actOperations: readonly Operation[] = [
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
